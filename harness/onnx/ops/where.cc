#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator where = {
    .op_type = "Where", .min_opset = 9, .min_inputs = 3, .max_inputs = 3};

}  // namespace assay::onnx
