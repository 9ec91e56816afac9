#include "harness/onnx/reduce.h"

#include "harness/onnx/expect.h"

namespace assay::onnx {

namespace {

// Nothing is reduced; what else the operator does is done to every element.
void ReduceNothing(Node& node) {
  const std::string op = node.op_type;
  const bool squares = op == "ReduceSumSquare";
  node.op_type = squares                                ? "Mul"
                 : op == "ReduceLogSum"                 ? "Log"
                 : op == "ReduceL1" || op == "ReduceL2" ? "Abs"
                                                        : "Identity";
  node.attributes.clear();
  node.inputs.resize(1);
  if (squares) node.inputs.push_back(node.inputs[0]);
}

}  // namespace

Status CanonicalizeReduce(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "keepdims", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "noop_with_empty_axes", 0, 1));
  if (opset >= 18) {
    ASSAY_RETURN_IF_ERROR(context.InputToAttribute(node, 1, "axes"));
    const bool is_noop = node.Int("noop_with_empty_axes", 0) == 1;
    node.attributes.erase("noop_with_empty_axes");
    if (is_noop && node.Ints("axes").empty()) {
      ReduceNothing(node);
      return {};
    }
  }
  if (node.Ints("axes").empty()) node.attributes.erase("axes");  // All axes, as when absent.
  const int64_t rank = context.Rank(node.input(0)).value_or(kMaxRank);
  return ExpectInts(node, "axes", std::nullopt, -rank, rank - 1);
}

Status CanonicalizeReduceSum(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "keepdims", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "noop_with_empty_axes", 0, 1));
  const int64_t rank = context.Rank(node.input(0)).value_or(kMaxRank);
  ASSAY_RETURN_IF_ERROR(ExpectInts(node, "axes", std::nullopt, -rank, rank - 1));
  context.AttributeToInput(node, "axes", 1);
  const auto axes = context.ConstantInts(node.input(1));
  const bool none = !node.has_input(1) || (axes && axes->empty());
  if (!none) {
    node.attributes.erase("noop_with_empty_axes");
    return {};
  }
  if (node.Int("noop_with_empty_axes", 0) == 1) {
    ReduceNothing(node);
  } else {
    node.inputs.resize(1);  // All axes, as when absent.
    node.attributes.erase("noop_with_empty_axes");
  }
  return {};
}

}  // namespace assay::onnx
