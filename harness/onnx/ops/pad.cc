#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Since opset 18 input 3 may name the axes that pads speaks of; until then it speaks of all.
Status ExpandAxes(Node& node, Context& context) {
  const auto axes = context.ConstantInts(node.input(3));
  const auto pads = context.ConstantInts(node.input(1));
  const auto rank = context.Rank(node.input(0));
  if (!axes || !pads || !rank) {
    return NodeError(node,
                     "axes are supported only where they, the pads and the rank are constant");
  }
  std::vector<int64_t> all(2 * static_cast<size_t>(*rank), 0);
  for (size_t i = 0; i < axes->size(); ++i) {
    const int64_t axis = (*axes)[i] < 0 ? (*axes)[i] + *rank : (*axes)[i];
    if (axis < 0 || axis >= *rank || pads->size() != 2 * axes->size()) {
      return NodeError(node, fmt::format("axes [{}] do not fit pads of length {} and rank {}",
                                         fmt::join(*axes, ", "), pads->size(), *rank));
    }
    all[static_cast<size_t>(axis)] = (*pads)[i];
    all[static_cast<size_t>(axis + *rank)] = (*pads)[i + axes->size()];
  }
  node.inputs.resize(3);
  context.SetInput(node, 1, "pads", Tensor::Of<int64_t>(Shape{std::ssize(all)}, all));
  return {};
}

Status CheckPads(const Node& node, const Context& context) {
  const auto pads = context.ConstantInts(node.input(1));
  const auto rank = context.Rank(node.input(0));
  if (!pads || (rank ? std::ssize(*pads) == 2 * *rank : pads->size() % 2 == 0)) return {};
  return NodeError(node,
                   fmt::format("pads '{}' has {} values; allowed: {}", node.input(1), pads->size(),
                               rank ? std::to_string(2 * *rank) : "twice the rank"));
}

// pads and value were attributes until opset 10.
Status Canonicalize(Node& node, int opset, Context& context) {
  if (opset < 19 || node.String("mode", "") != "wrap") {
    ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "mode", {"constant", "reflect", "edge"}));
  }
  DropDefault(node, "mode", std::string("constant"));
  if (opset < 11) {
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "pads"));
    context.AttributeToInput(node, "pads", 1);
    if (node.Has("value")) {
      context.SetInput(node, 2, "value", Tensor::Scalar(node.Float("value", 0)));
      node.attributes.erase("value");
    }
  }
  if (opset >= 18 && node.has_input(3)) {
    ASSAY_RETURN_IF_ERROR(ExpandAxes(node, context));
  }
  return CheckPads(node, context);
}

}  // namespace

extern const Operator pad = {.op_type = "Pad",
                             .min_inputs = 2,
                             .max_inputs = 3,
                             .attributes = {{"mode", AttributeType::kString},
                                            {"pads", AttributeType::kInts, 1, 10},
                                            {"value", AttributeType::kFloat, 1, 10}},
                             .canonicalize = Canonicalize,
                             .since = [](const Node& node) {
                               return node.String("mode", "") == "wrap" ? 19 : 1;
                             }};

}  // namespace assay::onnx
