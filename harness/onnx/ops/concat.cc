#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "axis"));
  return ExpectAxis(node, "axis", context.Rank(node.input(0)));
}

}  // namespace

extern const Operator concat = {.op_type = "Concat",
                                .max_inputs = kVariadic,
                                .attributes = {{"axis", AttributeType::kInt}},
                                .canonicalize = Canonicalize};

}  // namespace assay::onnx
