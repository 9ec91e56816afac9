#include <fmt/format.h>

#include <algorithm>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Inputs: data, starts, ends, axes, steps. Those that are constant are of one length.
Status CheckConstants(const Node& node, const Context& context) {
  const auto starts = context.ConstantInts(node.input(1));
  for (size_t i = 2; i < node.inputs.size(); ++i) {
    const auto values = context.ConstantInts(node.input(i));
    if (starts && values && values->size() != starts->size()) {
      return NodeError(
          node, fmt::format("input '{}' has {} values, and starts '{}' has {}", node.input(i),
                            values->size(), node.input(1), starts->size()));
    }
  }
  const auto steps = context.ConstantInts(node.input(4));
  if (!steps || std::ranges::count(*steps, 0) == 0) return {};
  return NodeError(node, fmt::format("steps '{}' has a step of 0", node.input(4)));
}

// starts, ends and axes were attributes until opset 9.
Status Canonicalize(Node& node, int opset, Context& context) {
  if (opset < 10) {
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "starts"));
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "ends"));
    context.AttributeToInput(node, "starts", 1);
    context.AttributeToInput(node, "ends", 2);
    context.AttributeToInput(node, "axes", 3);
  }
  return CheckConstants(node, context);
}

}  // namespace

extern const Operator slice = {.op_type = "Slice",
                               .min_inputs = 3,
                               .max_inputs = 5,
                               .attributes = {{"axes", AttributeType::kInts, 1, 9},
                                              {"ends", AttributeType::kInts, 1, 9},
                                              {"starts", AttributeType::kInts, 1, 9}},
                               .canonicalize = Canonicalize};

}  // namespace assay::onnx
