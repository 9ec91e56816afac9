#include <algorithm>
#include <string>
#include <vector>

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

// Inputs of QLinearConv and QLinearMatMul.
enum : size_t { kX, kXScale, kXZero, kW, kWScale, kWZero, kYScale, kYZero, kBias };

bool AllZero(const Tensor& zero_points) {
  return std::ranges::all_of(zero_points.as<int8_t>(), [](int8_t zero) { return zero == 0; });
}

// u8 activations, constant s8 weights without zero points, images or matrices: what fusion will
// surely make one integer product of.
bool Unfolds(const Graph& graph, const Types& types, const Node& node) {
  const bool conv = node.op_type == "QLinearConv";
  if (!node.domain.empty() || (!conv && node.op_type != "QLinearMatMul")) return false;
  const Tensor* weights = graph.Initializer(node.input(kW));
  const Tensor* zero_points = graph.Initializer(node.input(kWZero));
  if (weights == nullptr || weights->dtype() != DType::kI8 || !AllZero(*zero_points)) return false;
  if (weights->shape().rank() != (conv ? 4 : 2) || weights->elements() == 0) return false;
  const bool constant_bias =
      !node.has_input(kBias) || graph.Initializer(node.input(kBias)) != nullptr;
  return constant_bias && types.at(node.input(kX)).dtype == DType::kU8 &&
         types.at(node.outputs[0]).dtype == DType::kU8;
}

class Unfolding {
 public:
  Unfolding(Graph& graph, FreshNames& names, const Node& node)
      : graph_(graph), names_(names), node_(node) {}

  std::vector<Node> Run() {
    const bool conv = node_.op_type == "QLinearConv";
    const int64_t axis = conv ? 0 : 1;
    Node product = node_;
    product.op_type = conv ? "Conv" : "MatMul";
    product.inputs = {Dequantize(node_.input(kX), node_.input(kXScale), node_.input(kXZero), 0),
                      Dequantize(node_.input(kW), node_.input(kWScale), "", axis)};
    if (node_.has_input(kBias)) {
      product.inputs.push_back(Dequantize(node_.input(kBias), BiasScale(), "", 0));
    }
    product.outputs = {Fresh("real")};
    nodes_.push_back(product);
    nodes_.push_back(
        {.name = Fresh("quantize"),
         .op_type = "QuantizeLinear",
         .domain = "",
         .inputs = {product.outputs[0], Flat(node_.input(kYScale)), Flat(node_.input(kYZero))},
         .outputs = node_.outputs,
         .attributes = {}});
    return std::move(nodes_);
  }

 private:
  std::string Fresh(const std::string& role) { return names_.Make(node_.name + "_" + role); }

  std::string Add(const std::string& role, Tensor tensor) {
    const std::string name = Fresh(role);
    graph_.initializers.emplace(name, std::move(tensor));
    return name;
  }

  // A scalar or one axis, as QuantizeLinear wants it.
  std::string Flat(const std::string& parameter) {
    Tensor tensor = *graph_.Initializer(parameter);
    tensor.Reshape(tensor.elements() == 1 ? Shape{} : Shape{tensor.elements()});
    return Add("parameter", std::move(tensor));
  }

  std::string Dequantize(const std::string& codes, const std::string& scale,
                         const std::string& zero_point, int64_t axis) {
    Node node{.name = Fresh("dequantize"),
              .op_type = "DequantizeLinear",
              .domain = "",
              .inputs = {codes, Flat(scale)},
              .outputs = {Fresh("dequantized")},
              .attributes = {{"axis", axis}}};
    if (!zero_point.empty()) node.inputs.push_back(Flat(zero_point));
    nodes_.push_back(node);
    return node.outputs[0];
  }

  std::string BiasScale() {
    const float x = graph_.Initializer(node_.input(kXScale))->as<float>()[0];
    Tensor scale = *graph_.Initializer(node_.input(kWScale));
    for (float& value : scale.as<float>()) value *= x;
    return Add("bias_scale", std::move(scale));
  }

  Graph& graph_;
  FreshNames& names_;
  const Node& node_;
  std::vector<Node> nodes_;
};

}  // namespace

Status UnfoldProducts(Graph& graph, const Types& types) {
  FreshNames names(graph);
  std::vector<Node> nodes;
  for (const Node& node : std::vector<Node>(graph.nodes)) {
    if (!Unfolds(graph, types, node)) {
      nodes.push_back(node);
      continue;
    }
    for (Node& part : Unfolding(graph, names, node).Run()) nodes.push_back(std::move(part));
  }
  graph.nodes = std::move(nodes);
  return {};
}

}  // namespace assay::engine
