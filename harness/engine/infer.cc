#include "harness/engine/infer.h"

#include <algorithm>

#include "harness/engine/evaluate.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

int64_t BytesOf(const ValueType& type) {
  return type.shape.elements() * static_cast<int64_t>(SizeOf(type.dtype));
}

Status CheckBytes(const Inference& inference, size_t output, const Budget& budget) {
  const ValueType& type = inference.outputs()[output].type;
  if (BytesOf(type) <= budget.value_bytes) return {};
  return inference.Error("output {} of shape {} has {} bytes, {} are allowed", output,
                         type.shape.ToString(), BytesOf(type), budget.value_bytes);
}

bool AllConstant(const Graph& graph, const Node& node) {
  return std::ranges::all_of(node.inputs, [&](const std::string& input) {
    return input.empty() || graph.Initializer(input) != nullptr;
  });
}

// The outputs' values where they are known before the run; empty where they are not.
Result<std::vector<Tensor>> Fold(const Graph& graph, const Node& node, const Types& types,
                                 const Inference& inference, Folding folding, Budget& budget) {
  std::vector<Tensor> values;
  for (const Inference::Output& output : inference.outputs()) {
    if (output.constant) values.push_back(*output.constant);
  }
  if (values.size() == inference.outputs().size()) return values;
  const bool stays = folding == Folding::kKeepQuantized && node.op_type == "DequantizeLinear";
  if (stays || !AllConstant(graph, node)) return std::vector<Tensor>();
  for (const Inference::Output& output : inference.outputs()) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectConstantFits(output.type.dtype, output.type.shape));
  }
  return Evaluate(node, graph, types, budget);
}

}  // namespace

Result<Types> InferAndFold(Graph& graph, Types types, Folding folding, Budget& budget) {
  for (const auto& [name, tensor] : graph.initializers) {
    if (tensor.shape().rank() > kMaxRank) {
      return Error(fmt::format("initializer '{}' has {} axes, at most {} are supported", name,
                               tensor.shape().rank(), kMaxRank));
    }
    types[name] = {tensor.dtype(), tensor.shape()};
  }
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    Inference inference(node, graph, types, budget.constant_bytes);
    ASSAY_RETURN_IF_ERROR(FindLowering(node)->infer(inference));
    const auto& outputs = inference.outputs();
    for (size_t i = outputs.size(); i < node.outputs.size(); ++i) {
      if (!node.outputs[i].empty()) return inference.Error("output {} is not supported", i);
    }
    for (size_t i = 0; i < outputs.size() && i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      ASSAY_RETURN_IF_ERROR(CheckBytes(inference, i, budget));
      types[node.outputs[i]] = outputs[i].type;
    }
    ASSAY_ASSIGN_OR_RETURN(std::vector<Tensor> values,
                           Fold(graph, node, types, inference, folding, budget));
    for (size_t i = 0; i < values.size() && i < node.outputs.size(); ++i) {
      budget.constant_bytes -= static_cast<int64_t>(values[i].bytes());
      if (!node.outputs[i].empty()) graph.initializers[node.outputs[i]] = std::move(values[i]);
    }
    if (values.empty()) kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
  RemoveUnused(graph);
  return types;
}

}  // namespace assay::engine
