#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// The axes were an attribute until opset 12.
Status Canonicalize(Node& node, int, Context& context) {
  context.AttributeToInput(node, "axes", 1);
  return {};
}

}  // namespace

extern const Operator squeeze = {.op_type = "Squeeze",
                                 .max_inputs = 2,
                                 .attributes = {{"axes", AttributeType::kInts, 1, 12}},
                                 .canonicalize = Canonicalize};

}  // namespace assay::onnx
