#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Inference only: one output, and statistics per channel.
Status Canonicalize(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "training_mode", 0, 0));
  if (opset < 7) {  // Its absence is training.
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "is_test"));
    ASSAY_RETURN_IF_ERROR(ExpectInt(node, "is_test", 1, 1));
    node.attributes.erase("is_test");
  }
  if (node.Int("spatial", 1) != 1) {
    return AttributeError(node, "spatial", std::to_string(node.Int("spatial", 1)), "1");
  }
  node.attributes.erase("training_mode");
  node.attributes.erase("spatial");
  for (size_t i = 1; i < node.outputs.size(); ++i) {
    if (context.IsUsed(node.outputs[i])) {
      return NodeError(node, "output '" + node.outputs[i] + "' is used, which is of training only");
    }
  }
  node.outputs.resize(1);
  return {};
}

}  // namespace

extern const Operator batch_normalization = {
    .op_type = "BatchNormalization",
    .min_inputs = 5,
    .max_inputs = 5,
    .attributes = {{"epsilon", AttributeType::kFloat},
                   {"is_test", AttributeType::kInt, 6, 6},
                   {"momentum", AttributeType::kFloat},
                   {"spatial", AttributeType::kInt, 1, 8},
                   {"training_mode", AttributeType::kInt, 14}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
