#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator div = {.op_type = "Div", .min_inputs = 2, .max_inputs = 2};

}  // namespace assay::onnx
