#include <map>
#include <set>
#include <utility>

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lookup_step.h"
#include "harness/engine/lowering.h"
#include "harness/engine/pattern.h"

namespace assay::engine {
namespace {

bool OneParameter(const Graph& graph, const Node& node) {
  return graph.Initializer(node.input(1))->elements() == 1;
}

// Signed values by family: a root, which is an input or quantized with one pair of parameters, and
// what it becomes by moves, all of one type and with the same parameters.
class SignedFamilies {
 public:
  SignedFamilies(const Graph& graph, const Types& types) : graph_(graph) {
    for (const ValueInfo& input : graph.inputs) {
      if (types.at(input.name).dtype == DType::kI8) Found(input.name);
    }
    for (const Node& node : graph.nodes) {
      const bool quantize = node.op_type == "QuantizeLinear" && OneParameter(graph, node) &&
                            types.at(node.outputs[0]).dtype == DType::kI8;
      if (quantize) Found(node.outputs[0]);
      if (MovesElements(node)) Join(node.outputs[0], node.input(0));
    }
    for (const Node& node : graph.nodes) CheckReader(node);
    // An input that the graph also gives back must stay as it is.
    std::set<std::string_view> outputs;
    for (const ValueInfo& output : graph.outputs) outputs.insert(output.name);
    for (const ValueInfo& input : graph.inputs) {
      if (outputs.contains(input.name)) Refuse(input.name);
    }
  }

  // Whether the value is of a family whose readers all are moves, or DequantizeLinear nodes with
  // one pair of parameters.
  bool Convertible(const std::string& value) const {
    const auto it = family_.find(value);
    return it != family_.end() && convertible_[it->second];
  }

 private:
  void Found(const std::string& root) {
    family_[root] = convertible_.size();
    convertible_.push_back(true);
  }

  void Join(const std::string& value, const std::string& from) {
    if (const auto it = family_.find(from); it != family_.end()) family_[value] = it->second;
  }

  void Refuse(const std::string& value) {
    if (const auto it = family_.find(value); it != family_.end()) convertible_[it->second] = false;
  }

  void CheckReader(const Node& node) {
    const bool dequantize = node.op_type == "DequantizeLinear" && OneParameter(graph_, node);
    const size_t fine = dequantize || MovesElements(node) ? 1 : 0;
    for (size_t i = fine; i < node.inputs.size(); ++i) Refuse(node.inputs[i]);
  }

  const Graph& graph_;
  std::map<std::string, size_t> family_;  // By value.
  std::vector<bool> convertible_;         // By family.
};

// Points input 2 of a QuantizeLinear or DequantizeLinear to its zero point + 128.
void MoveZeroPoint(Graph& graph, FreshNames& names, Node& node) {
  const Tensor* zero_point = graph.Initializer(node.input(2));
  const int8_t from = zero_point == nullptr ? int8_t{0} : zero_point->as<int8_t>()[0];
  const std::string name = names.Make(node.name + "_zero_point");
  graph.initializers.emplace(name, Tensor::Scalar(static_cast<uint8_t>(from + 128)));
  node.inputs.resize(3);
  node.inputs[2] = name;
}

using Renaming = std::map<std::string, std::string>;

void Rename(const Renaming& renaming, std::vector<std::string>& values) {
  for (std::string& value : values) {
    if (const auto it = renaming.find(value); it != renaming.end()) value = it->second;
  }
}

}  // namespace

Node FlipSign(FreshNames& names, const std::string& source, const std::string& result, DType to) {
  const LookupTable table = SignFlips();
  Node node;
  node.name = names.Make(source + "_flip_sign");
  node.op_type = "Lookup";
  node.domain = kFusedDomain;
  node.inputs = {source};
  node.outputs = {result};
  node.attributes["table"] = Tensor::Of<uint8_t>({256}, std::span<const uint8_t>(table));
  node.attributes["signed"] = int64_t{to == DType::kI8 ? 1 : 0};
  return node;
}

Status HoldAsU8(Graph& graph, const Types& types) {
  const SignedFamilies families(graph, types);
  FreshNames names(graph);
  for (Node& node : graph.nodes) {
    const bool quantize = node.op_type == "QuantizeLinear" && families.Convertible(node.outputs[0]);
    const bool dequantize =
        node.op_type == "DequantizeLinear" && families.Convertible(node.input(0));
    if (quantize || dequantize) MoveZeroPoint(graph, names, node);
  }
  Renaming held;  // Values that stay signed outside, and what is held for them inside.
  std::vector<Node> nodes, back;
  for (const ValueInfo& input : graph.inputs) {
    if (!families.Convertible(input.name)) continue;
    const std::string& inside = held[input.name] = names.Make(input.name + "_u8");
    nodes.push_back(FlipSign(names, input.name, inside, DType::kU8));
  }
  for (const ValueInfo& output : graph.outputs) {
    if (!families.Convertible(output.name) || held.contains(output.name)) continue;
    const std::string& inside = held[output.name] = names.Make(output.name + "_u8");
    back.push_back(FlipSign(names, inside, output.name, DType::kI8));
  }
  for (Node& node : graph.nodes) {
    Rename(held, node.inputs);
    Rename(held, node.outputs);
    nodes.push_back(std::move(node));
  }
  for (Node& node : back) nodes.push_back(std::move(node));
  graph.nodes = std::move(nodes);
  return {};
}

}  // namespace assay::engine
