#include "harness/quantize/placement.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::quantize {
namespace {

class Placer {
 public:
  explicit Placer(const Graph& graph) : graph_(graph), consumers_(Consumers(graph)) {}

  Result<Placement> Place(const QuantConfig& config) {
    ASSAY_RETURN_IF_ERROR(TakeOperators(config));
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto op = placement_.operators.find(static_cast<int>(i));
      if (op != placement_.operators.end()) {
        PlaceOperator(op->second.anchor);
      } else {
        PlaceFollower(graph_.nodes[i]);
      }
    }
    for (auto& [value, root] : placement_.shared) root = Root(value);
    return std::move(placement_);
  }

 private:
  Status TakeOperators(const QuantConfig& config) {
    std::map<std::string, Anchor> anchors;
    for (Anchor& anchor : FindAnchors(graph_)) {
      anchors.emplace(graph_.nodes[static_cast<size_t>(anchor.node)].name, std::move(anchor));
    }
    for (const auto& [node, precision] : config) {
      if (precision == Precision::kFp32) continue;
      const auto anchor = anchors.find(node);
      if (anchor == anchors.end()) {
        return Error(fmt::format("node '{}' is not one that can be quantized", node));
      }
      if (precision == Precision::kInt8PerChannel && !anchor->second.weighted()) {
        return Error(fmt::format("node '{}' has no weights to quantize per channel", node));
      }
      placement_.operators.emplace(anchor->second.node,
                                   Placement::Operator{anchor->second, precision});
    }
    return {};
  }

  void PlaceOperator(const Anchor& anchor) {
    for (const std::string& input : anchor.inputs) Quantize(input);
    Quantize(anchor.output);
    placement_.native.insert(anchor.output);
  }

  // An operator that passes values on stays in integers when all it reads are native integers.
  void PlaceFollower(const Node& node) {
    const bool concat = node.op_type == "Concat" && node.domain.empty();
    if (!concat && !PassesValues(graph_, node)) return;
    const size_t data_inputs = concat ? node.inputs.size() : 1;
    for (size_t i = 0; i < data_inputs; ++i) {
      if (!placement_.native.contains(node.inputs[i])) return;
    }
    const std::string& output = node.outputs[0];
    if (placement_.native.contains(output)) return;  // The activation of an anchor.
    Quantize(output);
    placement_.native.insert(output);
    for (size_t i = 0; i < data_inputs; ++i) {
      // Another reader keeps the finer parameters of its own range.
      if (!concat || consumers_[node.inputs[i]].size() == 1) Share(output, node.inputs[i]);
    }
  }

  void Quantize(const std::string& value) { placement_.shared.emplace(value, value); }

  void Share(const std::string& a, const std::string& b) { placement_.shared[Root(a)] = Root(b); }

  std::string Root(const std::string& value) const {
    std::string root = value;
    while (placement_.shared.at(root) != root) root = placement_.shared.at(root);
    return root;
  }

  const Graph& graph_;
  std::map<std::string, std::vector<int>> consumers_;
  Placement placement_;
};

}  // namespace

Result<Placement> Place(const Graph& graph, const QuantConfig& config) {
  return Placer(graph).Place(config);
}

Result<std::map<std::string, QuantParams>> ParamsOf(const Placement& placement,
                                                    const Ranges& ranges) {
  std::map<std::string, Range> of_root;
  for (const auto& [value, root] : placement.shared) {
    const auto range = ranges.find(value);
    if (range == ranges.end()) {
      return Error(fmt::format("value '{}' was not calibrated: no range is known", value));
    }
    const auto [it, fresh] = of_root.emplace(root, range->second);
    if (!fresh) it->second = Union(it->second, range->second);
  }
  std::map<std::string, QuantParams> params;
  for (const auto& [value, root] : placement.shared) params[value] = ParamsOf(of_root[root]);
  return params;
}

}  // namespace assay::quantize
