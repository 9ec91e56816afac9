#include <algorithm>
#include <array>
#include <string_view>

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lowering.h"
#include "harness/engine/pattern.h"
#include "harness/engine/requantization.h"

namespace assay::engine {
namespace {

bool SameShapes(const Pattern& pattern, const Node& node) {
  return node.inputs.size() == 2 && pattern.shape(node.input(0)) == pattern.shape(node.input(1));
}

// Whether an integer form of the node exists: the same name with a Q in front. Pools are of images,
// of pixels next to each other.
bool HasIntegerForm(const Pattern& pattern, int index) {
  if (pattern.Is(index, "Add")) return SameShapes(pattern, pattern.node(index));
  if (pattern.Is(index, "Concat")) return true;
  const Node& node = pattern.node(index);
  const auto dilations = node.Ints("dilations");
  const bool dense = std::ranges::count(dilations, 1) == std::ssize(dilations);
  return (pattern.Is(index, "GlobalAveragePool") || (pattern.Is(index, "AveragePool") && dense)) &&
         pattern.shape(node.input(0)).rank() == 4;
}

std::optional<std::vector<Codes>> CodesOf(const Pattern& pattern, const Node& node) {
  std::vector<Codes> all;
  for (const std::string& input : node.inputs) {
    const std::optional<Codes> codes = pattern.Dequantized(input);
    if (!codes) return {};
    all.push_back(*codes);
  }
  return all;
}

// QAdd clamps; the others have no activation behind them.
Clamp ClampOf(const Pattern& pattern, int index) {
  const Node& node = pattern.node(index);
  if (pattern.Is(index, "Add")) return ClampBehind(pattern, node.outputs[0]);
  return {-1, node.outputs[0], 0, 0};
}

void Rewrite(Pattern& pattern, int index, const std::vector<Codes>& operands) {
  const Clamp clamp = ClampOf(pattern, index);
  int quantize = -1;
  const std::optional<Codes> result = pattern.Quantized(clamp.value, quantize);
  if (!result) return;
  Node fused = pattern.node(index);
  std::vector<float> scales;
  std::vector<int64_t> zero_points;
  fused.inputs.clear();
  for (const Codes& operand : operands) {
    fused.inputs.push_back(operand.value);
    scales.push_back(operand.params.scale);
    zero_points.push_back(operand.params.zero_point);
  }
  fused.op_type = "Q" + fused.op_type;
  fused.domain = kFusedDomain;
  fused.attributes["scales"] = std::move(scales);
  fused.attributes["zero_points"] = std::move(zero_points);
  fused.attributes["scale"] = result->params.scale;
  fused.attributes["zero_point"] = int64_t{result->params.zero_point};
  std::vector<int> members = {index};
  if (clamp.node >= 0) {
    const CodeRange range = RangeOf(result->params, clamp.lo, clamp.hi);
    fused.attributes["q_lo"] = int64_t{range.lo};
    fused.attributes["q_hi"] = int64_t{range.hi};
    members.push_back(clamp.node);
  }
  members.push_back(quantize);
  fused.outputs = {result->value};
  pattern.Replace(members, quantize, std::move(fused));
}

}  // namespace

Status FuseIntegerOperators(Graph& graph, const Types& types) {
  Pattern pattern(graph, types);
  for (int i = 0; i < static_cast<int>(pattern.size()); ++i) {
    if (!pattern.alive(i) || !HasIntegerForm(pattern, i)) continue;
    if (const auto operands = CodesOf(pattern, pattern.node(i))) Rewrite(pattern, i, *operands);
  }
  pattern.Commit();
  return {};
}

}  // namespace assay::engine
