#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/engine/centered.h"
#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

// Inputs of QLinearConv and QLinearMatMul.
enum : size_t { kX, kXScale, kXZero, kW, kWScale, kWZero, kYScale, kYZero, kBias };

std::vector<int32_t> Integers(const Tensor& codes) {
  if (codes.dtype() == DType::kU8) return {codes.as<uint8_t>().begin(), codes.as<uint8_t>().end()};
  return {codes.as<int8_t>().begin(), codes.as<int8_t>().end()};
}

// Constant weights and bias, images or matrices; weights of a convolution may have zero points, and
// those of a product of matrices none (a product that packs them in every run does others).
bool Unfolds(const Graph& graph, const Node& node) {
  const bool conv = node.op_type == "QLinearConv";
  if (!node.domain.empty() || (!conv && node.op_type != "QLinearMatMul")) return false;
  const Tensor* weights = graph.Initializer(node.input(kW));
  if (weights == nullptr || weights->shape().rank() != (conv ? 4 : 2)) return false;
  if (weights->elements() == 0 || (!conv && weights->dtype() != DType::kI8)) return false;
  return !node.has_input(kBias) || graph.Initializer(node.input(kBias)) != nullptr;
}

// By value: what holds signed codes as u8.
using HeldAsU8 = std::map<std::string, std::string>;

class Unfolding {
 public:
  Unfolding(Graph& graph, FreshNames& names, HeldAsU8& held, const Node& node)
      : graph_(graph), names_(names), held_(held), node_(node) {}

  // The nodes; none where fusion could not, or the weights less their zero points are no s8.
  std::vector<Node> Run(const Types& types, Budget& budget) {
    const bool conv = node_.op_type == "QLinearConv";
    if (!ScalesAreNumbers()) return {};
    const std::optional<std::string> weights = Weights(budget);
    if (!weights) return {};
    const auto is_signed = [&](const std::string& value) {
      return types.at(value).dtype == DType::kI8;
    };
    const std::string& x = node_.input(kX);
    Node product = node_;
    product.op_type = conv ? "Conv" : "MatMul";
    product.inputs = {Dequantize(is_signed(x) ? AsU8(x) : x, node_.input(kXScale),
                                 ZeroPoint(node_.input(kXZero)), 0),
                      Dequantize(*weights, node_.input(kWScale), "", conv ? 0 : 1)};
    if (node_.has_input(kBias)) {
      product.inputs.push_back(Dequantize(node_.input(kBias), BiasScale(), "", 0));
    }
    product.outputs = {Fresh("real")};
    nodes_.push_back(product);
    const std::string& y = node_.outputs[0];
    const std::string codes = is_signed(y) ? held_[y] = names_.Make(y + "_u8") : y;
    nodes_.push_back(
        {.name = Fresh("quantize"),
         .op_type = "QuantizeLinear",
         .domain = "",
         .inputs = {product.outputs[0], Flat(node_.input(kYScale)), ZeroPoint(node_.input(kYZero))},
         .outputs = {codes},
         .attributes = {}});
    if (is_signed(y)) nodes_.push_back(FlipSign(names_, codes, y, DType::kI8));
    return std::move(nodes_);
  }

 private:
  std::string Fresh(const std::string& role) { return names_.Make(node_.name + "_" + role); }

  // Whether those of the accumulators are, as fusion wants them: no product too small, or too
  // large.
  bool ScalesAreNumbers() const {
    const float x = graph_.Initializer(node_.input(kXScale))->as<float>()[0];
    return std::ranges::all_of(graph_.Initializer(node_.input(kWScale))->as<float>(), [x](float w) {
      return x * w > 0 && x * w <= std::numeric_limits<float>::max();
    });
  }

  // s8 without zero points: the weights, or a copy, if that may be made.
  std::optional<std::string> Weights(Budget& budget) {
    const std::string& name = node_.input(kW);
    const Tensor& weights = *graph_.Initializer(name);
    const std::vector<int32_t> zeros = Integers(*graph_.Initializer(node_.input(kWZero)));
    const bool centered = std::ranges::all_of(zeros, [](int32_t zero) { return zero == 0; });
    if (weights.dtype() == DType::kI8 && centered) return name;
    const int64_t bytes = weights.elements();
    if (node_.op_type != "QLinearConv" || bytes > budget.constant_bytes) return std::nullopt;
    if (static_cast<double>(bytes) > budget.work) return std::nullopt;
    budget.work -= static_cast<double>(bytes);
    const auto codes = Centered(weights, weights.shape()[0], false, zeros);
    if (!codes) return std::nullopt;
    budget.constant_bytes -= bytes;
    return Add("weights", Tensor::Of<int8_t>(weights.shape(), *codes));
  }

  std::string AsU8(const std::string& value) {
    const auto [it, is_new] = held_.try_emplace(value);
    if (is_new) {
      it->second = names_.Make(value + "_u8");
      nodes_.push_back(FlipSign(names_, value, it->second, DType::kU8));
    }
    return it->second;
  }

  // Of the codes as u8.
  std::string ZeroPoint(const std::string& name) {
    const Tensor& tensor = *graph_.Initializer(name);
    if (tensor.dtype() == DType::kU8) return Flat(name);
    return Add("zero_point", Tensor::Scalar(static_cast<uint8_t>(tensor.as<int8_t>()[0] + 128)));
  }

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
    if (!zero_point.empty()) node.inputs.push_back(zero_point);
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
  HeldAsU8& held_;
  const Node& node_;
  std::vector<Node> nodes_;
};

}  // namespace

Status UnfoldProducts(Graph& graph, const Types& types, Budget& budget) {
  FreshNames names(graph);
  HeldAsU8 held;
  std::vector<Node> nodes;
  for (const Node& node : std::vector<Node>(graph.nodes)) {
    std::vector<Node> parts;
    if (Unfolds(graph, node)) parts = Unfolding(graph, names, held, node).Run(types, budget);
    if (parts.empty()) parts.push_back(node);
    for (Node& part : parts) nodes.push_back(std::move(part));
  }
  graph.nodes = std::move(nodes);
  return {};
}

}  // namespace assay::engine
