#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// The bounds were attributes until opset 10; since then they are scalar inputs.
Status Canonicalize(Node& node, int, Context& context) {
  for (const auto& [attribute, index] : {std::pair("min", 1), std::pair("max", 2)}) {
    if (!node.Has(attribute)) continue;
    context.SetInput(node, static_cast<size_t>(index), attribute,
                     Tensor::Scalar(node.Float(attribute, 0)));
    node.attributes.erase(attribute);
  }
  return {};
}

}  // namespace

extern const Operator clip = {
    .op_type = "Clip",
    .max_inputs = 3,
    .attributes = {{"max", AttributeType::kFloat, 1, 10}, {"min", AttributeType::kFloat, 1, 10}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
