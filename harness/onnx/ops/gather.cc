#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  return ExpectAxis(node, "axis", context.Rank(node.input(0)));
}

}  // namespace

extern const Operator gather = {.op_type = "Gather",
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .attributes = {{"axis", AttributeType::kInt}},
                                .canonicalize = Canonicalize};

}  // namespace assay::onnx
