#include "harness/quantize/topology.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace assay::quantize {
namespace {

using ConsumerMap = std::map<std::string, std::vector<int>>;

template <size_t N>
bool OneOf(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, text) != list.end();
}

bool HasConstantBounds(const Graph& graph, const Node& node) {
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (node.has_input(i) && graph.Initializer(node.input(i)) == nullptr) return false;
  }
  return true;
}

bool IsActivation(const Graph& graph, const Node& node) {
  return node.op_type == "Relu" || (node.op_type == "Clip" && HasConstantBounds(graph, node));
}

// The value behind the activation that alone reads `value`, or `value` itself.
std::string BehindActivation(const Graph& graph, const ConsumerMap& consumers,
                             const std::string& value) {
  const auto readers = consumers.find(value);
  if (readers == consumers.end() || readers->second.size() != 1 || graph.IsOutput(value)) {
    return value;
  }
  const Node& reader = graph.nodes[static_cast<size_t>(readers->second[0])];
  return IsActivation(graph, reader) ? reader.outputs[0] : value;
}

bool IsFloat(const Graph& graph, const std::string& value, int rank) {
  const Tensor* tensor = graph.Initializer(value);
  return tensor != nullptr && tensor->dtype() == DType::kF32 && tensor->elements() > 0 &&
         (rank == 0 || tensor->shape().rank() == rank);
}

// Fills weights, bias and channel axis; false when they are not constants of the usual form.
bool TakeWeights(const Graph& graph, const Node& node, Anchor& anchor) {
  anchor.weights = node.input(1);
  anchor.bias = node.input(2);
  if (!anchor.bias.empty() && !IsFloat(graph, anchor.bias, 1)) return false;
  if (node.op_type == "Conv") {
    anchor.channel_axis = 0;
    return IsFloat(graph, anchor.weights, 0) &&
           graph.Initializer(anchor.weights)->shape().rank() >= 3;
  }
  if (!IsFloat(graph, anchor.weights, 2)) return false;
  if (node.op_type == "MatMul") {
    anchor.channel_axis = 1;
    return true;
  }
  anchor.channel_axis = node.Int("transB", 0) != 0 ? 0 : 1;
  return node.Int("transA", 0) == 0 && node.Float("alpha", 1.0f) == 1.0f &&
         node.Float("beta", 1.0f) == 1.0f;
}

std::optional<Anchor> AsAnchor(const Graph& graph, const ConsumerMap& consumers, int index) {
  constexpr std::array<std::string_view, 3> kWeighted = {"Conv", "Gemm", "MatMul"};
  constexpr std::array<std::string_view, 2> kPools = {"AveragePool", "GlobalAveragePool"};
  const Node& node = graph.nodes[static_cast<size_t>(index)];
  if (!node.domain.empty()) return std::nullopt;
  Anchor anchor;
  anchor.node = index;
  anchor.inputs = {node.input(0)};
  if (OneOf(node.op_type, kWeighted)) {
    if (!TakeWeights(graph, node, anchor)) return std::nullopt;
  } else if (node.op_type == "Add") {
    anchor.inputs.push_back(node.input(1));
  } else if (!OneOf(node.op_type, kPools)) {
    return std::nullopt;
  }
  for (const std::string& input : anchor.inputs) {
    if (graph.Initializer(input) != nullptr) return std::nullopt;
  }
  anchor.output = BehindActivation(graph, consumers, node.outputs[0]);
  return anchor;
}

bool PadsZeros(const Graph& graph, const Node& node) {
  if (node.String("mode", "constant") != "constant") return false;
  if (!node.has_input(2)) return true;
  const Tensor* value = graph.Initializer(node.input(2));
  return value != nullptr && value->dtype() == DType::kF32 && value->elements() == 1 &&
         value->as<float>()[0] == 0.0f;
}

}  // namespace

std::vector<Anchor> FindAnchors(const Graph& graph) {
  const ConsumerMap consumers = Consumers(graph);
  std::vector<Anchor> anchors;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    auto anchor = AsAnchor(graph, consumers, static_cast<int>(i));
    if (anchor) anchors.push_back(*std::move(anchor));
  }
  return anchors;
}

bool PassesValues(const Graph& graph, const Node& node) {
  constexpr std::array<std::string_view, 9> kMoving = {"MaxPool",   "Flatten", "Reshape",
                                                       "Transpose", "Squeeze", "Unsqueeze",
                                                       "Slice",     "Relu",    "Identity"};
  if (!node.domain.empty()) return false;
  if (node.op_type == "MaxPool") return node.outputs.size() == 1;
  if (node.op_type == "Pad") return PadsZeros(graph, node);
  return OneOf(node.op_type, kMoving);
}

}  // namespace assay::quantize
