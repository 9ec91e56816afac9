#include "harness/engine/pattern.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/engine/clip.h"
#include "harness/engine/fuse.h"

namespace assay::engine {
namespace {

bool Usable(const Affine& affine) {
  return affine.dtype == DType::kU8 && affine.per_tensor() && affine.scales[0] > 0 &&
         std::isfinite(affine.scales[0]);
}

void AppendNames(const Node& node, std::vector<std::string>& names) {
  names.push_back(node.name);
  if (const auto fused = node.attributes.find(kFusedNodes); fused != node.attributes.end()) {
    const auto& more = std::get<std::vector<std::string>>(fused->second);
    names.insert(names.end(), more.begin(), more.end());
  }
}

}  // namespace

Pattern::Pattern(Graph& graph, const Types& types)
    : graph_(graph),
      types_(types),
      readers_(Consumers(graph)),
      gone_(graph.nodes.size()),
      names_(graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& output : graph.nodes[i].outputs) {
      producers_[output] = static_cast<int>(i);
    }
  }
  for (const ValueInfo& output : graph.outputs) outputs_.insert(output.name);
}

bool Pattern::Is(int index, std::string_view op_type) const {
  if (index < 0 || !alive(index)) return false;
  const Node& node = graph_.nodes[static_cast<size_t>(index)];
  return node.op_type == op_type && node.domain.empty();
}

int Pattern::Producer(const std::string& value) const {
  const auto it = producers_.find(value);
  return it == producers_.end() || value.empty() ? -1 : it->second;
}

int Pattern::OnlyReader(const std::string& value) const {
  const auto it = readers_.find(value);
  if (it == readers_.end() || it->second.size() != 1 || outputs_.contains(value)) return -1;
  return it->second[0];
}

Affine Pattern::AffineOfNode(int index) const {
  const Node& node = graph_.nodes[static_cast<size_t>(index)];
  const std::string& codes = node.op_type == "QuantizeLinear" ? node.outputs[0] : node.input(0);
  return AffineOf(node, shape(codes).rank(), types_.at(codes).dtype,
                  [&](const std::string& value) { return constant(value); });
}

std::optional<Codes> Pattern::Dequantized(const std::string& value) const {
  const int producer = Producer(value);
  if (!Is(producer, "DequantizeLinear")) return {};
  const Affine affine = AffineOfNode(producer);
  if (!Usable(affine)) return {};
  return Codes{graph_.nodes[static_cast<size_t>(producer)].input(0),
               {affine.scales[0], affine.zero_points[0]}};
}

std::optional<Codes> Pattern::Quantized(const std::string& value, int& reader) const {
  reader = OnlyReader(value);
  if (!Is(reader, "QuantizeLinear")) return {};
  const Affine affine = AffineOfNode(reader);
  if (!Usable(affine)) return {};
  return Codes{graph_.nodes[static_cast<size_t>(reader)].outputs[0],
               {affine.scales[0], affine.zero_points[0]}};
}

void Pattern::Replace(const std::vector<int>& members, int last, Node replacement) {
  std::vector<std::string> names;
  for (int member : members) {
    if (node(member).name != replacement.name) AppendNames(node(member), names);
    gone_[static_cast<size_t>(member)] = true;
  }
  if (const auto fused = replacement.attributes.find(kFusedNodes);
      fused != replacement.attributes.end()) {
    const auto& more = std::get<std::vector<std::string>>(fused->second);
    names.insert(names.begin(), more.begin(), more.end());
  }
  if (!names.empty()) replacement.attributes[kFusedNodes] = std::move(names);
  gone_[static_cast<size_t>(last)] = false;
  node(last) = std::move(replacement);
}

std::string Pattern::AddInitializer(std::string_view stem, Tensor tensor) {
  std::string name = names_.Make(stem);
  graph_.initializers.emplace(name, std::move(tensor));
  return name;
}

bool Pattern::Commit() {
  const size_t before = graph_.nodes.size();
  std::vector<Node> kept;
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!gone_[i]) kept.push_back(std::move(graph_.nodes[i]));
  }
  graph_.nodes = std::move(kept);
  RemoveUnused(graph_);
  return graph_.nodes.size() != before;
}

Clamp ClampBehind(const Pattern& pattern, const std::string& value) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Clamp clamp{-1, value, -kInfinity, kInfinity};
  const int reader = pattern.OnlyReader(value);
  const bool relu = pattern.Is(reader, "Relu"), clip = pattern.Is(reader, "Clip");
  if (!relu && !clip) return clamp;
  const Node& node = pattern.node(reader);
  if (node.input(0) != value) return clamp;
  clamp.node = reader;
  clamp.value = node.outputs[0];
  if (relu) {
    clamp.lo = 0.0f;
    return clamp;
  }
  const Bounds bounds =
      ClipBounds(node, [&](const std::string& name) { return pattern.constant(name); });
  clamp.lo = std::min(bounds.lo, bounds.hi);
  clamp.hi = bounds.hi;
  return clamp;
}

}  // namespace assay::engine
