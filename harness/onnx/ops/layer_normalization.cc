#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "stash_type", 1, 1));  // Statistics in float.
  return ExpectAxis(node, "axis", context.Rank(node.input(0)));
}

}  // namespace

extern const Operator layer_normalization = {.op_type = "LayerNormalization",
                                             .min_opset = 17,
                                             .min_inputs = 2,
                                             .max_inputs = 3,
                                             .max_outputs = 3,
                                             .attributes = {{"axis", AttributeType::kInt},
                                                            {"epsilon", AttributeType::kFloat},
                                                            {"stash_type", AttributeType::kInt}},
                                             .canonicalize = Canonicalize};

}  // namespace assay::onnx
