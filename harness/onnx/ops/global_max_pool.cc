#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator global_max_pool = {.op_type = "GlobalMaxPool"};

}  // namespace assay::onnx
