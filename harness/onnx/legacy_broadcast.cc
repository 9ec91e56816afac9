#include "harness/onnx/legacy_broadcast.h"

#include <vector>

#include "harness/onnx/expect.h"

namespace assay::onnx {

void AppendUnitAxes(Node& node, int rank, int count, Context& context) {
  std::vector<int64_t> axes;
  for (int axis = rank; axis < rank + count; ++axis) axes.push_back(axis);
  if (axes.empty()) return;
  const std::string aligned = context.FreshName(node.name + "_aligned");
  Node unsqueeze{.name = context.FreshName(node.name + "_Unsqueeze"),
                 .op_type = "Unsqueeze",
                 .domain = "",
                 .inputs = {node.input(1)},
                 .outputs = {aligned},
                 .attributes = {}};
  context.SetInput(unsqueeze, 1, "axes", Tensor::Of<int64_t>(Shape{std::ssize(axes)}, axes));
  context.AddBefore(std::move(unsqueeze));
  node.inputs[1] = aligned;
}

Status CanonicalizeLegacyBroadcast(Node& node, int opset, Context& context) {
  if (opset >= 7) return {};
  const bool aligned = node.Int("broadcast", 0) != 0 && node.Has("axis");
  const int64_t axis = node.Int("axis", 0);
  node.attributes.erase("broadcast");
  node.attributes.erase("axis");
  if (!aligned) return {};
  const auto a = context.Rank(node.input(0)), b = context.Rank(node.input(1));
  if (!a || !b) return NodeError(node, "'axis' needs operands of known rank");
  const int64_t start = axis < 0 ? axis + *a : axis;
  if (start < 0 || start > *a - *b) {
    return AttributeError(node, "axis", std::to_string(axis),
                          "one at which the second operand fits");
  }
  AppendUnitAxes(node, *b, *a - *b - static_cast<int>(start), context);
  return {};
}

}  // namespace assay::onnx
