#include <algorithm>

#include "harness/engine/fuse.h"
#include "harness/engine/fusions/fusions.h"
#include "harness/engine/pattern.h"

namespace assay::engine {
namespace {

// The kernel behind the node can clamp its result.
bool Clamps(const Pattern& pattern, int index) {
  const Node& node = pattern.node(index);
  if (node.Has(kLo)) return false;  // It does already.
  const bool add = pattern.Is(index, "Add");
  if (!add && !pattern.Is(index, "Conv") && !pattern.Is(index, "Gemm") &&
      !pattern.Is(index, "MatMul")) {
    return false;
  }
  if (pattern.types().at(node.outputs[0]).dtype != DType::kF32) return false;
  return !add || pattern.shape(node.input(0)) == pattern.shape(node.input(1));
}

}  // namespace

Status FuseClamps(Graph& graph, const Types& types) {
  Pattern pattern(graph, types);
  for (int i = 0; i < static_cast<int>(pattern.size()); ++i) {
    if (!pattern.alive(i) || !Clamps(pattern, i)) continue;
    Clamp clamp = ClampBehind(pattern, pattern.node(i).outputs[0]);
    if (clamp.node < 0) continue;
    Node fused = pattern.node(i);
    fused.attributes[kLo] = clamp.lo;
    fused.attributes[kHi] = clamp.hi;
    fused.outputs = {clamp.value};
    pattern.Replace({i, clamp.node}, clamp.node, std::move(fused));
  }
  pattern.Commit();
  return {};
}

}  // namespace assay::engine
