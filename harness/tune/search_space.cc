#include "harness/tune/search_space.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantizableOp;

bool Fits(const OperatorRule& rule, const QuantizableOp& op) {
  if (rule.scope == OperatorRule::Scope::kModel) return true;
  if (rule.scope == OperatorRule::Scope::kType) return rule.name == op.op_type;
  return fnmatch(rule.name.c_str(), op.node.c_str(), 0) == 0;
}

bool IsProduct(const QuantizableOp& op) {
  return op.op_type == "Conv" || op.op_type == "Gemm" || op.op_type == "MatMul";
}

bool Allows(const OperatorRule& rule, const QuantizableOp& op, Precision precision) {
  // What holds for the whole model does not forbid to fall back.
  if (precision == Precision::kFp32) return rule.fp32 || rule.scope == OperatorRule::Scope::kModel;
  if (!rule.int8) return false;
  if (!IsProduct(op)) return true;  // Without weights there is but one form in int8.
  return precision == Precision::kInt8PerChannel ? rule.per_channel : rule.per_tensor;
}

Status Apply(const OperatorRule& rule, quantize::SearchSpace& space) {
  bool fits = false;
  for (QuantizableOp& op : space.ops) {
    if (!Fits(rule, op)) continue;
    fits = true;
    if (!rule.algorithms.empty() && rule.scope != OperatorRule::Scope::kModel) {
      op.algorithms = rule.algorithms;
    }
    std::vector<Precision> left;
    for (Precision precision : op.choices) {
      if (Allows(rule, op, precision)) left.push_back(precision);
    }
    if (left.empty()) {
      return Error(fmt::format("{}: leaves operator '{}' ({}) no precision of those it may have",
                               rule.where, op.node, op.op_type));
    }
    op.choices = std::move(left);
  }
  if (fits || rule.scope == OperatorRule::Scope::kModel) return {};
  return Error(fmt::format(
      "{}: no operator that can be quantized {} '{}' ('assay inspect' lists "
      "them)",
      rule.where, rule.scope == OperatorRule::Scope::kType ? "is a" : "is called", rule.name));
}

}  // namespace

Result<quantize::SearchSpace> MakeSearchSpace(const Graph& graph,
                                              const QuantizationConfig& config) {
  quantize::SearchSpace space;
  space.ops = quantize::QuantizableOps(graph);
  space.algorithms = config.algorithms;
  space.recipes = config.recipes;
  space.rescue = config.rescue;
  if (config.open_recipes) space.open_recipes = quantize::EveryRecipes();
  const auto first = std::ranges::find_if(space.ops, IsProduct);
  const auto last = std::find_if(space.ops.rbegin(), space.ops.rend(), IsProduct);
  if (first != space.ops.end() && !config.first_quantized) first->choices = {Precision::kFp32};
  if (last != space.ops.rend() && !config.last_quantized) last->choices = {Precision::kFp32};
  for (const OperatorRule& rule : config.rules) ASSAY_RETURN_IF_ERROR(Apply(rule, space));
  const bool nothing = std::ranges::all_of(
      space.ops, [](const QuantizableOp& op) { return op.choices.front() == Precision::kFp32; });
  if (nothing && !space.ops.empty()) {
    return Error(
        "quantization: recipes, model_wise, optype_wise and op_wise leave every operator "
        "in fp32; expected one that may be int8");
  }
  return space;
}

}  // namespace assay::tune
