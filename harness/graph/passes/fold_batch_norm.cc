#include "harness/graph/passes/fold_batch_norm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
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

// The initializer, out of the graph where nothing else reads it.
Tensor TakeOrCopy(Graph& graph, const std::string& value, bool alone) {
  if (!alone || graph.IsOutput(value)) return graph.initializers.at(value);
  return std::move(graph.initializers.extract(value).mapped());
}

Tensor Bias(const std::optional<std::span<const float>>& bias, const Affine& affine) {
  std::vector<float> values;
  for (size_t c = 0; c < affine.factor.size(); ++c) {
    const double old = bias ? (*bias)[c] : 0.0;
    values.push_back(static_cast<float>(affine.factor[c] * old + affine.offset[c]));
  }
  return Tensor::Of(Shape{std::ssize(values)}, values);
}

// Adds `tensor` as an initializer named after `stem`, and makes it the input.
void SetInput(Graph& graph, FreshNames& names, Node& node, size_t index, const std::string& stem,
              Tensor tensor) {
  const std::string name = names.Make(stem);
  graph.initializers.emplace(name, std::move(tensor));
  node.inputs.resize(std::max(node.inputs.size(), index + 1));
  node.inputs[index] = name;
}

// Whether `norm` could be folded into `conv`; then it has been, but for the name of the output.
// `alone`: the convolution is the only reader of its weights.
bool Fold(Graph& graph, FreshNames& names, Node& conv, const Node& norm, bool alone) {
  const Tensor* weight = graph.Initializer(conv.input(1));
  if (weight == nullptr || weight->dtype() != DType::kF32 || weight->elements() == 0) return false;
  const int64_t channels = weight->shape()[0];
  const auto affine = ToAffine(graph, norm, channels);
  const auto bias = Vector(graph, conv.input(2), channels);
  if (!affine || (conv.has_input(2) && !bias)) return false;
  Tensor folded_bias = Bias(bias, *affine);
  Tensor folded_weight = TakeOrCopy(graph, conv.input(1), alone);
  ScaleRows(folded_weight, affine->factor);
  SetInput(graph, names, conv, 1, conv.input(1) + "_folded", std::move(folded_weight));
  SetInput(graph, names, conv, 2, conv.name + "_bias_folded", std::move(folded_bias));
  return true;
}

}  // namespace

Status FoldBatchNorm(Graph& graph) {
  const auto consumers = Consumers(graph);
  FreshNames names(graph);
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
    if (it == convolutions.end() || graph.IsOutput(norm.input(0))) continue;
    if (consumers.at(norm.input(0)).size() != 1) continue;
    const size_t conv = it->second;
    // A name that an earlier fold gave is read once.
    const auto readers = consumers.find(graph.nodes[conv].input(1));
    const bool alone = readers == consumers.end() || readers->second.size() == 1;
    if (!Fold(graph, names, graph.nodes[conv], norm, alone)) continue;
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
