#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator trilu = {
    .op_type = "Trilu",
    .min_opset = 14,
    .max_inputs = 2,
    .attributes = {{"upper", AttributeType::kInt}},
    .canonicalize = [](Node& node, int, Context&) { return ExpectInt(node, "upper", 0, 1); }};

}  // namespace assay::onnx
