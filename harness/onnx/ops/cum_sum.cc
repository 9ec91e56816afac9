#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "exclusive", 0, 1));
  return ExpectInt(node, "reverse", 0, 1);
}

}  // namespace

extern const Operator cum_sum = {
    .op_type = "CumSum",
    .min_opset = 11,
    .min_inputs = 2,
    .max_inputs = 2,
    .attributes = {{"exclusive", AttributeType::kInt}, {"reverse", AttributeType::kInt}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
