#include <fmt/format.h>

#include <algorithm>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "allowzero", 0, 1));
  DropDefault(node, "allowzero", int64_t{0});
  const auto shape = context.ConstantInts(node.input(1));
  if (!shape) return {};
  const bool in_range = std::ranges::all_of(
      *shape, [](int64_t extent) { return -1 <= extent && extent <= Shape::kMaxElements; });
  if (!in_range || std::ranges::count(*shape, -1) > 1 || shape->size() > kMaxRank) {
    return NodeError(node, fmt::format("shape '{}' is {}; allowed: at most {} extents of 0 or "
                                       "more, one of which may be -1",
                                       node.input(1), Shape(*shape).ToString(), kMaxRank));
  }
  context.SetRank(node.outputs[0], static_cast<int>(shape->size()));
  return {};
}

}  // namespace

extern const Operator reshape = {.op_type = "Reshape",
                                 .min_inputs = 2,
                                 .max_inputs = 2,
                                 .attributes = {{"allowzero", AttributeType::kInt, 14}},
                                 .canonicalize = Canonicalize};

}  // namespace assay::onnx
