#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator exp = {.op_type = "Exp"};

}  // namespace assay::onnx
