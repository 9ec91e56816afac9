#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  if (!node.Has("perm")) return {};
  const std::vector<int64_t> perm = node.Ints("perm");
  std::vector<int64_t> sorted = perm;
  std::ranges::sort(sorted);
  bool is_permutation = true;
  for (size_t i = 0; i < sorted.size(); ++i) {
    is_permutation = is_permutation && sorted[i] == static_cast<int64_t>(i);
  }
  const auto rank = context.Rank(node.input(0)).value_or(static_cast<int>(perm.size()));
  if (is_permutation && std::ssize(perm) == rank) {
    context.SetRank(node.outputs[0], rank);
    return {};
  }
  return AttributeError(node, "perm", fmt::format("[{}]", fmt::join(perm, ", ")),
                        fmt::format("a permutation of 0 to {}", rank - 1));
}

}  // namespace

extern const Operator transpose = {.op_type = "Transpose",
                                   .attributes = {{"perm", AttributeType::kInts}},
                                   .canonicalize = Canonicalize};

}  // namespace assay::onnx
