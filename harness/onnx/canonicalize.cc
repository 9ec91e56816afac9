#include "harness/onnx/canonicalize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "harness/onnx/context.h"
#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Why the node is not supported; empty when it is.
std::string Unsupported(const Node& node, const std::map<std::string, int64_t>& opsets) {
  const auto opset = opsets.find(node.domain);
  const std::string text =
      fmt::format("'{}' ({}, domain {}, opset {})", node.name, node.op_type,
                  node.domain.empty() ? "ai.onnx" : node.domain,
                  opset == opsets.end() ? "undeclared" : std::to_string(opset->second));
  const Operator* op = FindOperator(node.op_type, node.domain);
  if (op == nullptr || opset == opsets.end()) return text;
  if (op->min_opset <= opset->second && opset->second <= op->max_opset) return {};
  return fmt::format("{}, supported in opsets {} to {}", text, op->min_opset, op->max_opset);
}

void DropTrailingAbsent(std::vector<std::string>& values) {
  while (!values.empty() && values.back().empty()) values.pop_back();
}

Status CanonicalizeNode(Node& node, int opset, Context& context) {
  const Operator* op = FindOperator(node.op_type, node.domain);
  ASSAY_RETURN_IF_ERROR(CheckAttributes(node, *op, opset));
  if (!HasOutput(node, *op)) return NodeError(node, "it has no output");
  if (op->canonicalize != nullptr) {
    ASSAY_RETURN_IF_ERROR(op->canonicalize(node, opset, context));
  }
  if (node.outputs.empty()) return {};
  DropTrailingAbsent(node.inputs);
  DropTrailingAbsent(node.outputs);
  return CheckCanonical(node, *FindOperator(node.op_type, node.domain));
}

}  // namespace

std::string QualifiedType(const Node& node) {
  return node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
}

std::vector<UnsupportedNode> UnsupportedNodes(const Graph& graph,
                                              const std::map<std::string, int64_t>& opsets) {
  std::vector<UnsupportedNode> unsupported;
  for (const Node& node : graph.nodes) {
    std::string text = Unsupported(node, opsets);
    if (!text.empty()) unsupported.push_back({QualifiedType(node), std::move(text)});
  }
  return unsupported;
}

Status CheckSupported(const Graph& graph, const std::map<std::string, int64_t>& opsets) {
  std::vector<std::string> texts;
  for (UnsupportedNode& node : UnsupportedNodes(graph, opsets)) {
    texts.push_back(std::move(node.text));
  }
  if (texts.empty()) return {};
  return Error(fmt::format("{} of {} nodes are not supported: {}", texts.size(),
                           graph.nodes.size(), fmt::join(texts, "; ")));
}

Status Canonicalize(Graph& graph, int opset, std::map<std::string, int> ranks) {
  Context context(graph, std::move(ranks));
  std::vector<Node> nodes;
  for (Node& node : graph.nodes) {
    ASSAY_RETURN_IF_ERROR(CanonicalizeNode(node, opset, context));
    for (Node& before : context.TakeBefore()) nodes.push_back(std::move(before));
    if (!node.outputs.empty()) nodes.push_back(std::move(node));
    for (Node& after : context.TakeAfter()) nodes.push_back(std::move(after));
  }
  graph.nodes = std::move(nodes);
  return {};
}

}  // namespace assay::onnx
