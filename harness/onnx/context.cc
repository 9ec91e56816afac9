#include "harness/onnx/context.h"

#include <fmt/format.h>

#include "harness/onnx/expect.h"

namespace assay::onnx {

Context::Context(Graph& graph, std::map<std::string, int> ranks)
    : graph_(graph), ranks_(ranks.begin(), ranks.end()), names_(graph) {
  for (const ValueInfo& output : graph.outputs) used_.insert(output.name);
  for (const Node& node : graph.nodes) used_.insert(node.inputs.begin(), node.inputs.end());
}

const Tensor* Context::Constant(std::string_view value) const { return graph_.Initializer(value); }

std::optional<std::vector<int64_t>> Context::ConstantInts(std::string_view value) const {
  const Tensor* tensor = Constant(value);
  if (tensor == nullptr || tensor->shape().rank() > 1) return std::nullopt;
  if (tensor->dtype() == DType::kI32) {
    const auto values = tensor->as<int32_t>();
    return std::vector<int64_t>(values.begin(), values.end());
  }
  if (tensor->dtype() != DType::kI64) return std::nullopt;
  const auto values = tensor->as<int64_t>();
  return std::vector<int64_t>(values.begin(), values.end());
}

std::string Context::AddConstant(std::string_view stem, Tensor tensor) {
  std::string name = FreshName(stem);
  graph_.initializers.emplace(name, std::move(tensor));
  return name;
}

void Context::MakeConstant(const std::string& value, Tensor tensor) {
  graph_.initializers.emplace(value, std::move(tensor));
}

std::optional<int> Context::Rank(std::string_view value) const {
  if (const Tensor* tensor = Constant(value)) return tensor->shape().rank();
  const auto it = ranks_.find(value);
  return it == ranks_.end() ? std::nullopt : std::optional(it->second);
}

void Context::SetInput(Node& node, size_t index, std::string_view role, Tensor tensor) {
  if (node.inputs.size() <= index) node.inputs.resize(index + 1);
  node.inputs[index] = AddConstant(fmt::format("{}_{}", node.name, role), std::move(tensor));
}

void Context::AttributeToInput(Node& node, std::string_view attribute, size_t index) {
  if (!node.Has(attribute)) return;
  const std::vector<int64_t> values = node.Ints(attribute);
  SetInput(node, index, attribute,
           Tensor::Of<int64_t>(Shape{static_cast<int64_t>(values.size())}, values));
  node.attributes.erase(std::string(attribute));
}

Status Context::InputToAttribute(Node& node, size_t index, std::string_view attribute) {
  if (!node.has_input(index)) return {};
  auto values = ConstantInts(node.input(index));
  if (!values) {
    return NodeError(node, fmt::format("input '{}' ({}) is not a constant list of integers",
                                       node.input(index), attribute));
  }
  node.attributes[std::string(attribute)] = *std::move(values);
  node.inputs[index].clear();
  return {};
}

}  // namespace assay::onnx
