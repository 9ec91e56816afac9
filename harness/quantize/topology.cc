#include "harness/quantize/topology.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "harness/graph/element_type.h"

namespace assay::quantize {
namespace {

// Who reads a value; `outputs` are those of the graph.
struct Readers {
  std::map<std::string, std::vector<int>> nodes;
  std::set<std::string> outputs;
};

Readers ReadersOf(const Graph& graph) {
  Readers readers{Consumers(graph), {}};
  for (const ValueInfo& output : graph.outputs) readers.outputs.insert(output.name);
  return readers;
}

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
std::string BehindActivation(const Graph& graph, const Readers& readers, const std::string& value) {
  const auto nodes = readers.nodes.find(value);
  const bool alone = nodes != readers.nodes.end() && nodes->second.size() == 1;
  if (!alone || readers.outputs.contains(value)) return value;
  const Node& reader = graph.nodes[static_cast<size_t>(nodes->second[0])];
  return IsActivation(graph, reader) ? reader.outputs[0] : value;
}

// Whether a node makes floats, given what its inputs are.
bool MakesFloat(const Graph& graph, const Node& node, const std::set<std::string>& floats) {
  constexpr std::array<std::string_view, 6> kIntegers = {
      "Shape", "ArgMax", "Equal", "QuantizeLinear", "ConvInteger", "MatMulInteger"};
  if (OneOf(node.op_type, kIntegers)) return false;
  if (node.op_type == "DequantizeLinear") return true;
  if (node.op_type == "Cast") return node.Int("to", 0) == ToElementType(DType::kF32);
  if (node.op_type == "ConstantOfShape") return false;  // Folded; never an activation.
  const std::string& data = node.input(node.op_type == "Where" ? 1 : 0);
  return floats.contains(data) ||
         (graph.Initializer(data) != nullptr && graph.Initializer(data)->dtype() == DType::kF32);
}

// The values that are computed from inputs and are floats.
std::set<std::string> FloatValues(const Graph& graph) {
  std::set<std::string> floats;
  for (const ValueInfo& input : graph.inputs) {
    if (input.dtype == DType::kF32) floats.insert(input.name);
  }
  for (const Node& node : graph.nodes) {
    if (MakesFloat(graph, node, floats)) floats.insert(node.outputs.begin(), node.outputs.end());
  }
  return floats;
}

bool IsFloat(const Graph& graph, const std::string& value, int rank) {
  const Tensor* tensor = graph.Initializer(value);
  return tensor != nullptr && tensor->dtype() == DType::kF32 && tensor->elements() > 0 &&
         (rank == 0 || tensor->shape().rank() == rank);
}

// Fills weights, bias and channel axis; false when they are not constants of the usual form.
bool TakeWeights(const Graph& graph, const Node& node, Anchor& anchor) {
  const bool conv = node.op_type == "Conv";
  anchor.weights = node.input(1);
  anchor.bias = node.input(2);
  if (!IsFloat(graph, anchor.weights, conv ? 0 : 2)) return false;
  const Shape& shape = graph.Initializer(anchor.weights)->shape();
  if (conv && shape.rank() < 3) return false;
  anchor.channel_axis = conv || node.Int("transB", 0) != 0 ? 0 : 1;
  if (!anchor.bias.empty()) {  // Of Gemm it may also be broadcast.
    if (!IsFloat(graph, anchor.bias, 1)) return false;
    if (graph.Initializer(anchor.bias)->elements() != shape[anchor.channel_axis]) return false;
  }
  return node.Int("transA", 0) == 0 && node.Float("alpha", 1.0f) == 1.0f &&
         node.Float("beta", 1.0f) == 1.0f;
}

std::optional<Anchor> AsAnchor(const Graph& graph, const Readers& readers,
                               const std::set<std::string>& floats, int index) {
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
    if (graph.Initializer(input) != nullptr || !floats.contains(input)) return std::nullopt;
  }
  anchor.output = BehindActivation(graph, readers, node.outputs[0]);
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
  const Readers readers = ReadersOf(graph);
  const std::set<std::string> floats = FloatValues(graph);
  std::vector<Anchor> anchors;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    auto anchor = AsAnchor(graph, readers, floats, static_cast<int>(i));
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
