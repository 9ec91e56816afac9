#include <fmt/format.h>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Tensor ToTensor(const Attribute& value) {
  if (const auto* tensor = std::get_if<Tensor>(&value)) return *tensor;
  if (const auto* number = std::get_if<int64_t>(&value)) return Tensor::Scalar(*number);
  if (const auto* number = std::get_if<float>(&value)) return Tensor::Scalar(*number);
  if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
    return Tensor::Of(Shape{std::ssize(*numbers)}, *numbers);
  }
  const auto& numbers = std::get<std::vector<float>>(value);
  return Tensor::Of(Shape{std::ssize(numbers)}, numbers);
}

// A constant is an initializer, not a node.
Status Canonicalize(Node& node, int, Context& context) {
  if (node.attributes.size() != 1 || node.outputs.size() != 1) {
    return NodeError(node, fmt::format("it has {} attributes and {} outputs; allowed: one of each",
                                       node.attributes.size(), node.outputs.size()));
  }
  context.MakeConstant(node.outputs[0], ToTensor(node.attributes.begin()->second));
  node.outputs.clear();
  return {};
}

}  // namespace

extern const Operator constant = {.op_type = "Constant",
                                  .min_inputs = 0,
                                  .max_inputs = 0,
                                  .attributes = {{"value", AttributeType::kTensor},
                                                 {"value_float", AttributeType::kFloat, 12},
                                                 {"value_floats", AttributeType::kFloats, 12},
                                                 {"value_int", AttributeType::kInt, 12},
                                                 {"value_ints", AttributeType::kInts, 12}},
                                  .canonicalize = Canonicalize};

}  // namespace assay::onnx
