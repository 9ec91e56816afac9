#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator mod = {
    .op_type = "Mod",
    .min_opset = 10,
    .min_inputs = 2,
    .max_inputs = 2,
    .attributes = {{"fmod", AttributeType::kInt}},
    .canonicalize = [](Node& node, int, Context&) { return ExpectInt(node, "fmod", 0, 1); }};

}  // namespace assay::onnx
