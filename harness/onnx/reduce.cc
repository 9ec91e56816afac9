#include "harness/onnx/reduce.h"

#include "harness/onnx/expect.h"

namespace assay::onnx {

Status CanonicalizeReduce(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "keepdims", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "noop_with_empty_axes", 0, 1));
  if (opset >= 18) {
    ASSAY_RETURN_IF_ERROR(context.InputToAttribute(node, 1, "axes"));
    const bool is_noop = node.Int("noop_with_empty_axes", 0) == 1;
    node.attributes.erase("noop_with_empty_axes");
    if (is_noop && node.Ints("axes").empty()) {
      node.op_type = "Identity";
      node.attributes.clear();
      return {};
    }
  }
  if (node.Ints("axes").empty()) node.attributes.erase("axes");  // All axes, as when absent.
  const int64_t rank = context.Rank(node.input(0)).value_or(kMaxRank);
  return ExpectInts(node, "axes", std::nullopt, -rank, rank - 1);
}

}  // namespace assay::onnx
