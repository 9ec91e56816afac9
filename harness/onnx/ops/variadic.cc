#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Max, Mean, Min of one input are that input.
Status Canonicalize(Node& node, int, Context&) {
  if (node.inputs.size() == 1) node.op_type = "Identity";
  return {};
}

// Sum is Add, once or more.
Status CanonicalizeSum(Node& node, int, Context& context) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.has_input(i)) return NodeError(node, "an input is absent");
  }
  node.op_type = node.inputs.size() == 1 ? "Identity" : "Add";
  if (node.inputs.size() <= 2) return {};
  std::string sum = node.inputs[0];
  for (size_t i = 1; i + 1 < node.inputs.size(); ++i) {
    std::string next = context.FreshName(node.name + "_sum");
    context.AddBefore({.name = context.FreshName(node.name + "_Add"),
                       .op_type = "Add",
                       .domain = "",
                       .inputs = {sum, node.inputs[i]},
                       .outputs = {next},
                       .attributes = {}});
    sum = std::move(next);
  }
  node.inputs = {std::move(sum), node.inputs.back()};
  return {};
}

constexpr Operator Variadic(std::string_view op_type,
                            Status (*canonicalize)(Node&, int, Context&) = Canonicalize) {
  return {.op_type = op_type,
          .min_opset = 6,
          .max_inputs = kVariadic,
          .canonicalize = canonicalize};
}

constexpr Operator kMembers[] = {Variadic("Max"), Variadic("Mean"), Variadic("Min"),
                                 Variadic("Sum", CanonicalizeSum)};

}  // namespace

extern const Operator variadic = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
