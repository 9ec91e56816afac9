#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator tile = {
    .op_type = "Tile", .min_opset = 6, .min_inputs = 2, .max_inputs = 2};

}  // namespace assay::onnx
