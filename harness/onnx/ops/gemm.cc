#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "transA", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "transB", 0, 1));
  node.attributes.erase("broadcast");  // Since opset 7 the third operand always broadcasts.
  context.SetRank(node.outputs[0], 2);
  return {};
}

}  // namespace

extern const Operator gemm = {.op_type = "Gemm",
                              .min_inputs = 2,
                              .max_inputs = 3,
                              .attributes = {{"alpha", AttributeType::kFloat},
                                             {"beta", AttributeType::kFloat},
                                             {"broadcast", AttributeType::kInt, 1, 6},
                                             {"transA", AttributeType::kInt},
                                             {"transB", AttributeType::kInt}},
                              .canonicalize = Canonicalize};

}  // namespace assay::onnx
