#include <algorithm>
#include <set>

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lookup_step.h"
#include "harness/engine/lowering.h"
#include "harness/engine/pattern.h"

namespace assay::engine {
namespace {

// A value and what it becomes by moves: all of one type, and with the same parameters.
class SignedFamily {
 public:
  SignedFamily(const Graph& graph, const std::string& root) : graph_(graph) {
    values_.insert(root);
    for (const Node& node : graph.nodes) {
      if (!values_.contains(node.input(0))) continue;
      if (MovesElements(node)) values_.insert(node.outputs[0]);
    }
  }

  const std::set<std::string>& values() const { return values_; }

  // Whether all readers are moves, or DequantizeLinear nodes with one pair of parameters.
  bool Convertible() const {
    for (const Node& node : graph_.nodes) {
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        if (!values_.contains(node.inputs[i])) continue;
        const bool dequantize = node.op_type == "DequantizeLinear" &&
                                graph_.Initializer(node.input(1))->elements() == 1;
        if (i != 0 || !(dequantize || MovesElements(node))) return false;
      }
    }
    return true;
  }

 private:
  const Graph& graph_;
  std::set<std::string> values_;
};

// result = source with the other sign: a Lookup of every code's own number + 128.
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

// Points input 2 of a QuantizeLinear or DequantizeLinear to its zero point + 128.
void MoveZeroPoint(Graph& graph, FreshNames& names, Node& node) {
  const Tensor* zero_point = graph.Initializer(node.input(2));
  const int8_t from = zero_point == nullptr ? int8_t{0} : zero_point->as<int8_t>()[0];
  const std::string name = names.Make(node.name + "_zero_point");
  graph.initializers.emplace(name, Tensor::Scalar(static_cast<uint8_t>(from + 128)));
  node.inputs.resize(3);
  node.inputs[2] = name;
}

void Rename(Graph& graph, const std::string& from, const std::string& to) {
  for (Node& node : graph.nodes) {
    std::ranges::replace(node.inputs, from, to);
    std::ranges::replace(node.outputs, from, to);
  }
}

void Convert(Graph& graph, FreshNames& names, const SignedFamily& family, const std::string& root) {
  for (Node& node : graph.nodes) {
    const bool quantize = node.op_type == "QuantizeLinear" && node.outputs[0] == root;
    const bool dequantize =
        node.op_type == "DequantizeLinear" && family.values().contains(node.input(0));
    if (quantize || dequantize) MoveZeroPoint(graph, names, node);
  }
  const bool input = graph.Producer(root) < 0;
  for (const std::string& value : family.values()) {
    const bool entry = input && value == root;
    if (!entry && !graph.IsOutput(value)) continue;
    const std::string held = names.Make(value + "_u8");
    Rename(graph, value, held);
    if (entry) {
      graph.nodes.insert(graph.nodes.begin(), FlipSign(names, value, held, DType::kU8));
    } else {
      graph.nodes.push_back(FlipSign(names, held, value, DType::kI8));
    }
  }
}

bool OneParameter(const Graph& graph, const Node& node) {
  return graph.Initializer(node.input(1))->elements() == 1;
}

}  // namespace

Status HoldAsU8(Graph& graph, const Types& types) {
  std::vector<std::string> roots;
  for (const ValueInfo& input : graph.inputs) {
    if (types.at(input.name).dtype == DType::kI8) roots.push_back(input.name);
  }
  for (const Node& node : graph.nodes) {
    if (node.op_type != "QuantizeLinear" || !OneParameter(graph, node)) continue;
    if (types.at(node.outputs[0]).dtype == DType::kI8) roots.push_back(node.outputs[0]);
  }
  FreshNames names(graph);
  for (const std::string& root : roots) {
    const SignedFamily family(graph, root);
    // An input that the graph also gives back must stay as it is.
    const bool echoed = graph.Producer(root) < 0 && graph.IsOutput(root);
    if (!echoed && family.Convertible()) Convert(graph, names, family, root);
  }
  return {};
}

}  // namespace assay::engine
