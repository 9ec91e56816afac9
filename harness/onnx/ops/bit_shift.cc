#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "direction"));
  return ExpectOneOf(node, "direction", {"LEFT", "RIGHT"});
}

}  // namespace

extern const Operator bit_shift = {.op_type = "BitShift",
                                   .min_opset = 11,
                                   .min_inputs = 2,
                                   .max_inputs = 2,
                                   .attributes = {{"direction", AttributeType::kString}},
                                   .canonicalize = Canonicalize};

}  // namespace assay::onnx
