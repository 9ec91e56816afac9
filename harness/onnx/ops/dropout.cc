#include <array>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Nothing is dropped where training is off, or the ratio 0.
Status ExpectInference(const Node& node, int opset, const Context& context) {
  if (opset < 7) {  // Its absence is training.
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "is_test"));
    return ExpectInt(node, "is_test", 1, 1);
  }
  if (!node.has_input(2)) return {};
  const Tensor* ratio = context.Constant(node.input(1));
  if (ratio != nullptr && ratio->dtype() == DType::kF32 && ratio->elements() == 1 &&
      ratio->as<float>()[0] == 0) {
    return {};
  }
  const Tensor* training = context.Constant(node.input(2));
  if (training != nullptr && training->dtype() == DType::kBool && training->elements() == 1 &&
      !training->as<bool>()[0]) {
    return {};
  }
  return NodeError(node, "training_mode '" + node.input(2) + "' is not the constant false");
}

// A mask of true, of the input's shape.
void AddMask(const Node& node, Context& context) {
  const std::string shape = context.FreshName(node.name + "_shape");
  context.AddAfter({.name = context.FreshName(node.name + "_Shape"),
                    .op_type = "Shape",
                    .domain = "",
                    .inputs = {node.input(0)},
                    .outputs = {shape},
                    .attributes = {}});
  context.AddAfter({.name = context.FreshName(node.name + "_ConstantOfShape"),
                    .op_type = "ConstantOfShape",
                    .domain = "",
                    .inputs = {shape},
                    .outputs = {node.outputs[1]},
                    .attributes = {{"value", Tensor::Of<bool>({1}, std::array{true})}}});
}

// Inference: an Identity. Since opset 12 inputs are data, ratio, training_mode; the mask is of bool
// since opset 10.
Status Canonicalize(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInference(node, opset, context));
  if (node.outputs.size() > 1 && context.IsUsed(node.outputs[1])) {
    if (opset < 10) return NodeError(node, "the mask '" + node.outputs[1] + "' is not of bool");
    AddMask(node, context);
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
    .attributes = {{"is_test", AttributeType::kInt, 1, 6},
                   {"ratio", AttributeType::kFloat, 1, 11}, {"seed", AttributeType::kInt, 12}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
