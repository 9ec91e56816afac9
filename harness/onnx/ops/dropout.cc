#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Inference: an Identity. Since opset 12 inputs are data, ratio, training_mode.
Status Canonicalize(Node& node, int, Context& context) {
  if (node.has_input(2)) {
    const Tensor* training = context.Constant(node.input(2));
    if (training == nullptr || training->dtype() != DType::kBool || training->elements() != 1 ||
        training->as<bool>()[0]) {
      return NodeError(node, "training_mode '" + node.input(2) + "' is not the constant false");
    }
  }
  if (node.outputs.size() > 1 && context.IsUsed(node.outputs[1])) {
    return NodeError(node, "the mask '" + node.outputs[1] + "' is used, which is of training only");
  }
  node.op_type = "Identity";
  node.attributes.clear();
  if (node.inputs.size() > 1) node.inputs.resize(1);
  node.outputs.resize(1);
  return {};
}

}  // namespace

extern const Operator dropout = {
    .op_type = "Dropout",
    .max_inputs = 3,
    .max_outputs = 2,
    .attributes = {{"ratio", AttributeType::kFloat, 1, 11}, {"seed", AttributeType::kInt, 12}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
