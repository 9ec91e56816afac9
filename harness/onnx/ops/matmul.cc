#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator matmul = {.op_type = "MatMul", .min_inputs = 2, .max_inputs = 2};

}  // namespace assay::onnx
