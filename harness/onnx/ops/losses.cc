#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  return ExpectOneOf(node, "reduction", {"none", "mean", "sum"});
}

constexpr AttributeSpecs kAttributes = {{"ignore_index", AttributeType::kInt},
                                        {"reduction", AttributeType::kString}};

constexpr Operator kMembers[] = {{.op_type = "NegativeLogLikelihoodLoss",
                                  .min_opset = 12,
                                  .min_inputs = 2,
                                  .max_inputs = 3,
                                  .attributes = kAttributes,
                                  .canonicalize = Canonicalize},
                                 {.op_type = "SoftmaxCrossEntropyLoss",
                                  .min_opset = 12,
                                  .min_inputs = 2,
                                  .max_inputs = 3,
                                  .max_outputs = 2,
                                  .attributes = kAttributes,
                                  .canonicalize = Canonicalize}};

}  // namespace

extern const Operator losses = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
