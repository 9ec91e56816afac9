#include "harness/onnx/operator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "harness/onnx/expect.h"

namespace assay::onnx {
namespace {

constexpr std::array kTypeNames = {"int", "float", "string", "ints", "floats", "strings", "tensor"};
static_assert(std::variant_size_v<Attribute> == kTypeNames.size());

std::string AttributesInOpset(const Operator& op, int opset) {
  std::vector<std::string_view> names;
  for (const AttributeSpec& spec : op.attributes) {
    if (spec.InOpset(opset)) names.push_back(spec.name);
  }
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string Count(size_t min, size_t max) {
  if (max == kVariadic) return fmt::format("{} or more", min);
  return min == max ? std::to_string(min) : fmt::format("{} to {}", min, max);
}

Status CheckInputs(const Node& node, const Operator& op) {
  for (size_t i = 0; i < std::min(op.min_inputs, node.inputs.size()); ++i) {
    if (!node.has_input(i)) return NodeError(node, fmt::format("input {} is absent", i));
  }
  if (op.min_inputs <= node.inputs.size() && node.inputs.size() <= op.max_inputs) return {};
  return NodeError(node, fmt::format("it has {} inputs; allowed: {}", node.inputs.size(),
                                     Count(op.min_inputs, op.max_inputs)));
}

Status CheckOutputs(const Node& node, const Operator& op) {
  if (!HasOutput(node, op)) return NodeError(node, "it has no output");
  if (node.outputs.size() <= op.max_outputs) return {};
  return NodeError(node, fmt::format("it has {} outputs; allowed: {}", node.outputs.size(),
                                     Count(1, op.max_outputs)));
}

std::vector<const Operator*> Members() {
  std::vector<const Operator*> members;
  for (const Operator* file : OperatorFiles()) {
    if (file->family == nullptr) {
      members.push_back(file);
    } else {
      for (const Operator& member : file->family()) members.push_back(&member);
    }
  }
  return members;
}

}  // namespace

bool HasOutput(const Node& node, const Operator& op) {
  const auto present = [](const std::string& output) { return !output.empty(); };
  if (op.first_output_optional) return std::ranges::any_of(node.outputs, present);
  return !node.outputs.empty() && present(node.outputs[0]);
}

std::span<const Operator* const> AllOperators() {
  static const std::vector<const Operator*> all = Members();
  return all;
}

const Operator* FindOperator(std::string_view op_type, std::string_view domain) {
  for (const Operator* op : AllOperators()) {
    if (op->op_type == op_type && op->domain == domain) return op;
  }
  return nullptr;
}

Status CheckAttributes(const Node& node, const Operator& op, int opset) {
  for (const auto& [name, value] : node.attributes) {
    const auto* spec = std::ranges::find(op.attributes, name, &AttributeSpec::name);
    if (spec == op.attributes.end() || !spec->InOpset(opset)) {
      return NodeError(node, fmt::format("attribute '{}' is not one of opset {}; allowed: {}", name,
                                         opset, AttributesInOpset(op, opset)));
    }
    if (value.index() != static_cast<size_t>(spec->type)) {
      return AttributeError(node, name, fmt::format("of type {}", kTypeNames[value.index()]),
                            kTypeNames[static_cast<size_t>(spec->type)]);
    }
  }
  return {};
}

int AttributesSince(const Node& node, const Operator& op) {
  int since = op.since == nullptr ? 1 : op.since(node);
  for (const AttributeSpec& spec : op.attributes) {
    if (node.Has(spec.name)) since = std::max(since, spec.since);
  }
  return since;
}

Status CheckCanonical(const Node& node, const Operator& op) {
  const int opset = std::max(kCanonicalOpset, AttributesSince(node, op));
  ASSAY_RETURN_IF_ERROR(CheckAttributes(node, op, opset));
  ASSAY_RETURN_IF_ERROR(CheckInputs(node, op));
  return CheckOutputs(node, op);
}

}  // namespace assay::onnx
