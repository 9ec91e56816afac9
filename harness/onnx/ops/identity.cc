#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator identity = {.op_type = "Identity"};

}  // namespace assay::onnx
