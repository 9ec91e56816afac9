#include "harness/onnx/legacy_broadcast.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Until opset 6 a slope of one axis was one per channel; since then numpy broadcasts it.
Status Canonicalize(Node& node, int opset, Context& context) {
  const auto rank = context.Rank(node.input(0)), slope = context.Rank(node.input(1));
  if (opset < 7 && rank && slope == 1) AppendUnitAxes(node, 1, *rank - 2, context);
  return {};
}

}  // namespace

extern const Operator prelu = {.op_type = "PRelu",
                               .min_opset = 6,
                               .min_inputs = 2,
                               .max_inputs = 2,
                               .canonicalize = Canonicalize};

}  // namespace assay::onnx
