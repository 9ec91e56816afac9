#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator global_average_pool = {.op_type = "GlobalAveragePool"};

}  // namespace assay::onnx
