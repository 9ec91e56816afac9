#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lowering.h"
#include "harness/engine/pattern.h"
#include "harness/engine/requantization.h"

namespace assay::engine {
namespace {

bool IsFused(const Node& node, std::string_view op_type) {
  return node.op_type == op_type && node.domain == kFusedDomain;
}

// The operand of the QAdd whose QConv takes the other one as its residual; the one made later.
int HostOperand(const Pattern& pattern, const Node& add) {
  int best = -1, best_conv = -1;
  for (int i = 0; i < 2; ++i) {
    const std::string& value = add.input(static_cast<size_t>(i));
    const int conv = pattern.Producer(value);
    if (conv <= best_conv || pattern.OnlyReader(value) < 0 || !pattern.alive(conv)) continue;
    const Node& node = pattern.node(conv);
    if (IsFused(node, "QConv") && node.inputs.size() == 3 && IsRequantized(node)) {
      best = i;
      best_conv = conv;
    }
  }
  return best;
}

Node WithResidual(Node conv, const Node& add, int host) {
  const auto& scales = std::get<std::vector<float>>(add.attributes.at("scales"));
  const auto& zero_points = std::get<std::vector<int64_t>>(add.attributes.at("zero_points"));
  const auto own = static_cast<size_t>(host), other = 1 - own;
  const float scale = add.Float("scale", 1.0f);
  conv.inputs.push_back(add.input(other));
  conv.outputs = add.outputs;
  conv.attributes["acc_ratio"] = scales[own] / scale;
  conv.attributes["residual_ratio"] = scales[other] / scale;
  conv.attributes["residual_zero_point"] = zero_points[other];
  conv.attributes["sum_zero_point"] = add.Int("zero_point", 0);
  conv.attributes["sum_lo"] = add.Int("q_lo", 0);
  conv.attributes["sum_hi"] = add.Int("q_hi", 255);
  return conv;
}

}  // namespace

Status FuseIntegerResiduals(Graph& graph, const Types& types) {
  Pattern pattern(graph, types);
  for (int i = 0; i < static_cast<int>(pattern.size()); ++i) {
    if (!pattern.alive(i) || !IsFused(pattern.node(i), "QAdd")) continue;
    const int host = HostOperand(pattern, pattern.node(i));
    if (host < 0) continue;
    const int conv = pattern.Producer(pattern.node(i).input(static_cast<size_t>(host)));
    Node fused = WithResidual(pattern.node(conv), pattern.node(i), host);
    pattern.Replace({conv, i}, i, std::move(fused));
  }
  pattern.Commit();
  return {};
}

}  // namespace assay::engine
