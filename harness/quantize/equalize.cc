#include "harness/quantize/equalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/quantize/topology.h"
#include "harness/quantize/value_stream.h"

namespace assay::quantize {
namespace {

// Two convolutions and the value between them whose channels are scaled.
struct Pair {
  Anchor first, second;
  float bound = std::numeric_limits<float>::infinity();  // That the activation has.

  const std::string& value() const { return first.output; }
};

bool IsPool(const Node& node) {
  return node.op_type == "MaxPool" || node.op_type == "AveragePool" ||
         node.op_type == "GlobalAveragePool";
}

class Pairing {
 public:
  explicit Pairing(const Graph& graph) : graph_(graph), consumers_(Consumers(graph)) {}

  std::vector<Pair> Find() const {
    std::map<int, Anchor> anchors;
    for (Anchor& anchor : FindAnchors(graph_)) {
      if (IsConvolution(anchor)) anchors.emplace(anchor.node, std::move(anchor));
    }
    std::vector<Pair> pairs;
    for (const auto& [index, first] : anchors) {
      const auto second = anchors.find(ReaderBehindPools(first.output));
      const auto bound = Bound(first);
      if (second == anchors.end() || !bound) continue;
      pairs.push_back({first, second->second, *bound});
    }
    return pairs;
  }

 private:
  bool IsConvolution(const Anchor& anchor) const {
    const auto used_once = [&](const std::string& constant) {
      const auto readers = consumers_.find(constant);
      return constant.empty() || (readers != consumers_.end() && readers->second.size() == 1);
    };
    const Node& node = graph_.nodes[static_cast<size_t>(anchor.node)];
    return node.op_type == "Conv" && used_once(anchor.weights) && used_once(anchor.bias);
  }

  // The only reader of a value, or -1.
  int OnlyReader(const std::string& value) const {
    const auto readers = consumers_.find(value);
    if (readers == consumers_.end() || readers->second.size() != 1) return -1;
    return graph_.IsOutput(value) ? -1 : readers->second[0];
  }

  int ReaderBehindPools(const std::string& value) const {
    int reader = OnlyReader(value);
    while (reader >= 0 && IsPool(graph_.nodes[static_cast<size_t>(reader)])) {
      const Node& pool = graph_.nodes[static_cast<size_t>(reader)];
      reader = pool.outputs.size() == 1 ? OnlyReader(pool.outputs[0]) : -1;
    }
    return reader;
  }

  // The upper bound of the activation behind a convolution; nothing where scaling does not commute.
  std::optional<float> Bound(const Anchor& anchor) const {
    constexpr float kNone = std::numeric_limits<float>::infinity();
    const Node& conv = graph_.nodes[static_cast<size_t>(anchor.node)];
    if (anchor.output == conv.outputs[0]) return kNone;
    const int reader = OnlyReader(conv.outputs[0]);
    if (reader < 0) return std::nullopt;
    const Node& activation = graph_.nodes[static_cast<size_t>(reader)];
    if (activation.op_type == "Relu") return kNone;
    const auto constant = [&](size_t input, float absent) {
      const Tensor* tensor = graph_.Initializer(activation.input(input));
      return tensor == nullptr ? absent : tensor->as<float>()[0];
    };
    if (constant(1, -kNone) != 0) return std::nullopt;
    return constant(2, kNone);
  }

  const Graph& graph_;
  std::map<std::string, std::vector<int>> consumers_;
};

// The largest magnitude of every channel of [n, c, ...].
void Observe(const TensorView& values, std::vector<float>& largest) {
  const int64_t channels = values.shape[1];
  const int64_t size = values.shape.elements(2, values.shape.rank());
  largest.resize(static_cast<size_t>(channels));
  const auto x = values.as<const float>();
  for (int64_t i = 0; i < values.elements(); ++i) {
    float& most = largest[static_cast<size_t>(i / size % channels)];
    most = std::max(most, std::fabs(x[static_cast<size_t>(i)]));
  }
}

// s[i] of every channel.
std::vector<float> Factors(const std::vector<float>& largest, float bound) {
  constexpr float kMost = 256;  // What is nearly always 0 stays small.
  const float target = std::min(bound, *std::ranges::max_element(largest));
  std::vector<float> factors(largest.size(), 1.0f);
  for (size_t i = 0; i < largest.size(); ++i) {
    if (!(largest[i] > 0) || !(largest[i] < target)) continue;
    factors[i] = std::min(kMost, target / largest[i]);
  }
  return factors;
}

void ScaleChannels(Tensor& tensor, const std::vector<float>& factors) {
  const auto inner = tensor.elements() / static_cast<int64_t>(factors.size());
  const auto values = tensor.as<float>();
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    values[static_cast<size_t>(i)] *= factors[static_cast<size_t>(i / inner)];
  }
}

// weights [m][c / groups][...]: input channel c of a group is what its outputs read.
void DivideInputs(Tensor& weights, int64_t groups, const std::vector<float>& factors) {
  const Shape& shape = weights.shape();
  const int64_t per_group = shape[0] / groups, inputs = shape[1];
  const int64_t inner = shape.elements(2, shape.rank());
  const auto values = weights.as<float>();
  for (int64_t i = 0; i < weights.elements(); ++i) {
    const int64_t group = i / (inner * inputs) / per_group;
    values[static_cast<size_t>(i)] /=
        factors[static_cast<size_t>(group * inputs + i / inner % inputs)];
  }
}

}  // namespace

Status Equalize(Graph& graph, const BatchSource& source, const CalibrationOptions& options) {
  const std::vector<Pair> pairs = Pairing(graph).Find();
  if (pairs.empty()) return {};
  std::set<std::string> values;
  for (const Pair& pair : pairs) values.insert(pair.value());
  std::map<std::string, std::vector<float>> largest;
  ASSAY_RETURN_IF_ERROR(ForEachValue(graph, values, source, options,
                                     [&](const std::string& value, const TensorView& elements) {
                                       Observe(elements, largest[value]);
                                     }));
  for (const Pair& pair : pairs) {
    const std::vector<float> factors = Factors(largest[pair.value()], pair.bound);
    ScaleChannels(graph.initializers.at(pair.first.weights), factors);
    if (!pair.first.bias.empty()) ScaleChannels(graph.initializers.at(pair.first.bias), factors);
    const Node& second = graph.nodes[static_cast<size_t>(pair.second.node)];
    DivideInputs(graph.initializers.at(pair.second.weights), second.Int("group", 1), factors);
  }
  return {};
}

}  // namespace assay::quantize
