#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator expand = {
    .op_type = "Expand", .min_opset = 8, .min_inputs = 2, .max_inputs = 2};

}  // namespace assay::onnx
