#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator relu = {.op_type = "Relu"};

}  // namespace assay::onnx
