#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// The sizes were an attribute until opset 12; num_outputs, since opset 18, is the number of
// outputs, the last of which may be smaller.
Status Canonicalize(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectAxis(node, "axis", context.Rank(node.input(0))));
  if (opset < 13) context.AttributeToInput(node, "split", 1);
  if (node.Has("num_outputs") && node.Int("num_outputs", 0) != std::ssize(node.outputs)) {
    return AttributeError(node, "num_outputs", std::to_string(node.Int("num_outputs", 0)),
                          std::to_string(node.outputs.size()) + ", the number of outputs");
  }
  node.attributes.erase("num_outputs");
  return {};
}

}  // namespace

extern const Operator split = {.op_type = "Split",
                               .max_inputs = 2,
                               .max_outputs = kVariadic,
                               .attributes = {{"axis", AttributeType::kInt},
                                              {"num_outputs", AttributeType::kInt, 18},
                                              {"split", AttributeType::kInts, 1, 12}},
                               .canonicalize = Canonicalize};

}  // namespace assay::onnx
