#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator add = {.op_type = "Add", .min_inputs = 2, .max_inputs = 2};

}  // namespace assay::onnx
