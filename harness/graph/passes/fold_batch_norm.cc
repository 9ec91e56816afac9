#include "harness/graph/passes/fold_batch_norm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace assay {
namespace {

constexpr float kDefaultEpsilon = 1e-5f;

// y = factor * x + offset, per channel.
struct Affine {
  std::vector<double> factor;
  std::vector<double> offset;
};

// The elements of a constant float vector of `channels`, or nothing.
std::optional<std::span<const float>> Vector(const Graph& graph, const std::string& value,
                                             int64_t channels) {
  const Tensor* tensor = graph.Initializer(value);
  if (tensor == nullptr || tensor->dtype() != DType::kF32) return std::nullopt;
  if (tensor->shape() != Shape{channels}) return std::nullopt;
  return tensor->as<float>();
}

std::optional<Affine> ToAffine(const Graph& graph, const Node& norm, int64_t channels) {
  std::array<std::span<const float>, 4> parameters;  // scale, bias, mean, variance
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto values = Vector(graph, norm.input(i + 1), channels);
    if (!values) return std::nullopt;
    parameters[i] = *values;
  }
  const auto& [scale, bias, mean, variance] = parameters;
  const double epsilon = norm.Float("epsilon", kDefaultEpsilon);
  Affine affine;
  for (size_t c = 0; c < scale.size(); ++c) {
    const double factor = scale[c] / std::sqrt(variance[c] + epsilon);
    if (!std::isfinite(factor)) return std::nullopt;
    affine.factor.push_back(factor);
    affine.offset.push_back(bias[c] - factor * mean[c]);
  }
  return affine;
}

void ScaleRows(Tensor& weight, const std::vector<double>& factor) {
  const std::span<float> values = weight.as<float>();
  const size_t row = values.size() / factor.size();
  for (size_t c = 0; c < factor.size(); ++c) {
    for (float& value : values.subspan(c * row, row)) {
      value = static_cast<float>(value * factor[c]);
    }
  }
}

Tensor Bias(const std::optional<std::span<const float>>& bias, const Affine& affine) {
  std::vector<float> values;
  for (size_t c = 0; c < affine.factor.size(); ++c) {
    const double old = bias ? (*bias)[c] : 0.0;
    values.push_back(static_cast<float>(affine.factor[c] * old + affine.offset[c]));
  }
  return Tensor::Of(Shape{std::ssize(values)}, values);
}

class Folding {
 public:
  Folding(Graph& graph, int64_t copied_bytes)
      : graph_(graph), consumers_(Consumers(graph)), names_(graph), left_bytes_(copied_bytes) {
    for (const ValueInfo& output : graph.outputs) outputs_.insert(output.name);
  }

  // Nothing but one node reads the value. An initializer made here has one reader.
  bool ReadOnce(const std::string& value) const {
    const auto readers = consumers_.find(value);
    return (readers == consumers_.end() || readers->second.size() == 1) &&
           !outputs_.contains(value);
  }

  // Whether `norm` could be folded into `conv`; then it has been, but for the name of the output.
  bool Fold(Node& conv, const Node& norm) {
    const Tensor* weight = graph_.Initializer(conv.input(1));
    if (weight == nullptr || weight->dtype() != DType::kF32 || weight->elements() == 0) {
      return false;
    }
    const int64_t channels = weight->shape()[0];
    const auto affine = ToAffine(graph_, norm, channels);
    const auto bias = Vector(graph_, conv.input(2), channels);
    if (!affine || (conv.has_input(2) && !bias)) return false;
    Tensor folded_bias = Bias(bias, *affine);
    Tensor* own = Own(conv, 1, conv.input(1) + "_folded");
    if (own == nullptr) return false;
    ScaleRows(*own, affine->factor);
    SetBias(conv, std::move(folded_bias));
    return true;
  }

 private:
  // The constant, copied before under a name of this stem where others read it too; nullptr where
  // too much has been copied.
  Tensor* Own(Node& node, size_t index, const std::string& stem) {
    const auto shared = graph_.initializers.find(node.inputs[index]);
    if (ReadOnce(shared->first)) return &shared->second;
    const auto bytes = static_cast<int64_t>(shared->second.bytes());
    if (bytes > left_bytes_) return nullptr;
    left_bytes_ -= bytes;
    node.inputs[index] = names_.Make(stem);
    return &graph_.initializers.emplace(node.inputs[index], shared->second).first->second;
  }

  void SetBias(Node& conv, Tensor bias) {
    if (!conv.has_input(2) || !ReadOnce(conv.input(2))) {
      conv.inputs.resize(std::max(conv.inputs.size(), size_t{3}));
      conv.inputs[2] = names_.Make(conv.name + "_bias_folded");
    }
    graph_.initializers.insert_or_assign(conv.inputs[2], std::move(bias));
  }

  Graph& graph_;
  const std::map<std::string, std::vector<int>> consumers_;
  std::set<std::string> outputs_;
  FreshNames names_;
  int64_t left_bytes_;
};

}  // namespace

Status FoldBatchNorm(Graph& graph, int64_t copied_bytes) {
  Folding folding(graph, copied_bytes);
  std::map<std::string, size_t> convolutions;  // Output -> index of the Conv.
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (node.op_type == "Conv" && node.domain.empty()) convolutions[node.outputs[0]] = i;
  }
  std::vector<Node> kept;
  std::vector<bool> folded(graph.nodes.size(), false);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& norm = graph.nodes[i];
    if (norm.op_type != "BatchNormalization" || !norm.domain.empty()) continue;
    const auto it = convolutions.find(norm.input(0));
    if (it == convolutions.end() || !folding.ReadOnce(norm.input(0))) continue;
    const size_t conv = it->second;
    if (!folding.Fold(graph.nodes[conv], norm)) continue;
    graph.nodes[conv].outputs[0] = norm.outputs[0];
    convolutions[norm.outputs[0]] = conv;
    folded[i] = true;
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!folded[i]) kept.push_back(std::move(graph.nodes[i]));
  }
  graph.nodes = std::move(kept);
  RemoveUnused(graph);
  return {};
}

}  // namespace assay
