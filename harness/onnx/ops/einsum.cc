#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator einsum = {
    .op_type = "Einsum",
    .min_opset = 12,
    .max_inputs = kVariadic,
    .attributes = {{"equation", AttributeType::kString}},
    .canonicalize = [](Node& node, int, Context&) { return ExpectPresent(node, "equation"); }};

}  // namespace assay::onnx
