#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator sigmoid = {.op_type = "Sigmoid"};

}  // namespace assay::onnx
