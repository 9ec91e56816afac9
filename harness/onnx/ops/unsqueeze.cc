#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// The axes were an attribute until opset 12.
Status Canonicalize(Node& node, int opset, Context& context) {
  if (opset < 13) {
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "axes"));
  }
  context.AttributeToInput(node, "axes", 1);
  return {};
}

}  // namespace

extern const Operator unsqueeze = {.op_type = "Unsqueeze",
                                   .min_inputs = 2,
                                   .max_inputs = 2,
                                   .attributes = {{"axes", AttributeType::kInts, 1, 12}},
                                   .canonicalize = Canonicalize};

}  // namespace assay::onnx
