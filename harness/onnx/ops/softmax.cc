#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// y = Reshape(Op(Flatten(x, axis)), Shape(x)).
void AddFlattening(Node& node, int64_t axis, Context& context) {
  const std::string input = node.input(0);
  const std::string output = node.outputs[0];
  const std::string flat = context.FreshName(node.name + "_flat");
  const std::string flat_output = context.FreshName(node.name + "_flat_output");
  const std::string shape = context.FreshName(node.name + "_shape");
  const auto fresh = [&](const char* role) { return context.FreshName(node.name + role); };
  context.AddBefore({.name = fresh("_Flatten"),
                     .op_type = "Flatten",
                     .domain = "",
                     .inputs = {input},
                     .outputs = {flat},
                     .attributes = {{"axis", axis}}});
  context.AddAfter({.name = fresh("_Shape"),
                    .op_type = "Shape",
                    .domain = "",
                    .inputs = {input},
                    .outputs = {shape},
                    .attributes = {}});
  context.AddAfter({.name = fresh("_Reshape"),
                    .op_type = "Reshape",
                    .domain = "",
                    .inputs = {flat_output, shape},
                    .outputs = {output},
                    .attributes = {}});
  node.inputs = {flat};
  node.outputs = {flat_output};
  node.attributes["axis"] = int64_t{1};
}

// Until opset 12 they were over all axes from `axis` (default 1) on, flattened; since then over
// `axis` (default -1) alone. Both agree on the last axis.
Status Canonicalize(Node& node, int opset, Context& context) {
  auto rank = context.Rank(node.input(0));
  if (!rank) rank = context.Rank(node.outputs[0]);
  ASSAY_RETURN_IF_ERROR(ExpectAxis(node, "axis", rank));
  if (opset >= 13) return {};
  const int64_t axis = node.Int("axis", 1);
  node.attributes["axis"] = axis;
  if (axis == -1 || (rank && axis == *rank - 1)) return {};
  if (!node.has_input(0)) return {};
  AddFlattening(node, axis, context);
  return {};
}

constexpr Operator Normalized(std::string_view op_type) {
  return {.op_type = op_type,
          .attributes = {{"axis", AttributeType::kInt}},
          .canonicalize = Canonicalize};
}

constexpr Operator kMembers[] = {Normalized("Hardmax"), Normalized("LogSoftmax"),
                                 Normalized("Softmax")};

}  // namespace

// Softmax and what is defined along its axes.
extern const Operator softmax = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
