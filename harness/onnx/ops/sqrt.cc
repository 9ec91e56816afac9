#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator sqrt = {.op_type = "Sqrt"};

}  // namespace assay::onnx
