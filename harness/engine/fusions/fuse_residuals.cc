#include <algorithm>

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/pattern.h"

namespace assay::engine {
namespace {

// A Conv on images of nothing more than ONNX's, by a kernel, whose result this Add alone reads.
bool CanHost(const Pattern& pattern, int conv, const std::string& value) {
  if (!pattern.Is(conv, "Conv") || pattern.OnlyReader(value) < 0) return false;
  const Node& node = pattern.node(conv);
  const bool constant = pattern.constant(node.input(1)) != nullptr &&
                        (!node.has_input(2) || pattern.constant(node.input(2)) != nullptr);
  return node.inputs.size() <= 3 && constant && pattern.shape(value).rank() == 4;
}

// The operand of the Add whose Conv takes the other one as its residual: the one made later, so
// that the residual is there. -1: none.
int HostOperand(const Pattern& pattern, const Node& add) {
  int best = -1, best_conv = -1;
  for (int i = 0; i < 2; ++i) {
    const std::string& value = add.input(static_cast<size_t>(i));
    const int conv = pattern.Producer(value);
    if (CanHost(pattern, conv, value) && conv > best_conv) {
      best = i;
      best_conv = conv;
    }
  }
  return best;
}

}  // namespace

Status FuseResiduals(Graph& graph, const Types& types) {
  Pattern pattern(graph, types);
  for (int i = 0; i < static_cast<int>(pattern.size()); ++i) {
    if (!pattern.Is(i, "Add")) continue;
    const Node& add = pattern.node(i);
    if (pattern.shape(add.input(0)) != pattern.shape(add.input(1))) continue;
    const int host = HostOperand(pattern, add);
    if (host < 0) continue;
    const int conv = pattern.Producer(add.input(static_cast<size_t>(host)));
    Node fused = pattern.node(conv);
    fused.inputs.resize(3);
    fused.inputs.push_back(add.input(static_cast<size_t>(1 - host)));
    fused.outputs = add.outputs;
    pattern.Replace({conv, i}, i, std::move(fused));
  }
  pattern.Commit();
  return {};
}

}  // namespace assay::engine
