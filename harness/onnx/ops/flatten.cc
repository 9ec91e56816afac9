#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  // axis may also be the rank: then the second extent is 1.
  const int64_t rank = context.Rank(node.input(0)).value_or(kMaxRank);
  if (node.Has("axis")) {
    ASSAY_RETURN_IF_ERROR(ExpectInt(node, "axis", -rank, rank));
  }
  context.SetRank(node.outputs[0], 2);
  return {};
}

}  // namespace

extern const Operator flatten = {.op_type = "Flatten",
                                 .attributes = {{"axis", AttributeType::kInt}},
                                 .canonicalize = Canonicalize};

}  // namespace assay::onnx
