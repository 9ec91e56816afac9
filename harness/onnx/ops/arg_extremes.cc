#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "keepdims", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "select_last_index", 0, 1));
  DropDefault(node, "select_last_index", int64_t{0});
  return ExpectAxis(node, "axis", context.Rank(node.input(0)));
}

constexpr Operator ArgExtreme(std::string_view op_type) {
  return {.op_type = op_type,
          .attributes = {{"axis", AttributeType::kInt},
                         {"keepdims", AttributeType::kInt},
                         {"select_last_index", AttributeType::kInt, 12}},
          .canonicalize = Canonicalize};
}

constexpr Operator kMembers[] = {ArgExtreme("ArgMax"), ArgExtreme("ArgMin")};

}  // namespace

extern const Operator arg_extremes = {
    .family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
