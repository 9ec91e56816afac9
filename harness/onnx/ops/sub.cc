#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator sub = {.op_type = "Sub", .min_inputs = 2, .max_inputs = 2};

}  // namespace assay::onnx
