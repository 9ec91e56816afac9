// Operators that read or write elements by indices.
#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status CheckAxis(Node& node, int, Context& context) {
  return ExpectAxis(node, "axis", context.Rank(node.input(0)));
}

// Scatter is what ScatterElements was called until opset 10.
Status CanonicalizeScatter(Node& node, int opset, Context& context) {
  node.op_type = "ScatterElements";
  return CheckAxis(node, opset, context);
}

// Reductions beside add and mul are of opset 18.
Status CanonicalizeReduction(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "reduction", {"none", "add", "mul", "min", "max"}));
  DropDefault(node, "reduction", std::string("none"));
  return node.op_type == "ScatterND" ? Status() : CheckAxis(node, opset, context);
}

int ReductionSince(const Node& node) {
  const std::string reduction = node.String("reduction", "none");
  return reduction == "min" || reduction == "max" ? 18 : 1;
}

constexpr AttributeSpec kAxis = {"axis", AttributeType::kInt};
constexpr AttributeSpec kReduction = {"reduction", AttributeType::kString, 16};

constexpr Operator kMembers[] = {{.op_type = "GatherElements",
                                  .min_opset = 11,
                                  .min_inputs = 2,
                                  .max_inputs = 2,
                                  .attributes = {kAxis},
                                  .canonicalize = CheckAxis},
                                 {.op_type = "GatherND",
                                  .min_opset = 11,
                                  .min_inputs = 2,
                                  .max_inputs = 2,
                                  .attributes = {{"batch_dims", AttributeType::kInt, 12}}},
                                 {.op_type = "OneHot",
                                  .min_opset = 9,
                                  .min_inputs = 3,
                                  .max_inputs = 3,
                                  .attributes = {kAxis}},
                                 {.op_type = "Scatter",
                                  .min_opset = 9,
                                  .max_opset = 10,
                                  .min_inputs = 3,
                                  .max_inputs = 3,
                                  .attributes = {kAxis},
                                  .canonicalize = CanonicalizeScatter},
                                 {.op_type = "ScatterElements",
                                  .min_opset = 11,
                                  .min_inputs = 3,
                                  .max_inputs = 3,
                                  .attributes = {kAxis, kReduction},
                                  .canonicalize = CanonicalizeReduction,
                                  .since = ReductionSince},
                                 {.op_type = "ScatterND",
                                  .min_opset = 11,
                                  .min_inputs = 3,
                                  .max_inputs = 3,
                                  .attributes = {kReduction},
                                  .canonicalize = CanonicalizeReduction,
                                  .since = ReductionSince}};

}  // namespace

extern const Operator indexing = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
