#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator instance_normalization = {.op_type = "InstanceNormalization",
                                                .min_opset = 6,
                                                .min_inputs = 3,
                                                .max_inputs = 3,
                                                .attributes = {{"epsilon", AttributeType::kFloat}}};

}  // namespace assay::onnx
