#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator mul = {.op_type = "Mul", .min_inputs = 2, .max_inputs = 2};

}  // namespace assay::onnx
