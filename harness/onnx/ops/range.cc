#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator range = {
    .op_type = "Range", .min_opset = 11, .min_inputs = 3, .max_inputs = 3};

}  // namespace assay::onnx
