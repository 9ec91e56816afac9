#include <fmt/format.h>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/window.h"

namespace assay::onnx {
namespace {

// A constant weight is [M, C / group, kernel_shape...], a constant bias [M].
Status CheckWeight(const Node& node, const Tensor& weight, const Tensor* bias) {
  const Shape& shape = weight.shape();
  const auto wrong = [&](std::string_view input, const Shape& found, std::string_view allowed) {
    return NodeError(node, fmt::format("input '{}' has shape {}; allowed: {}", input,
                                       found.ToString(), allowed));
  };
  if (shape.rank() < 3) return wrong(node.input(1), shape, "rank 3 or more");
  if (shape.elements() == 0) return wrong(node.input(1), shape, "no extent of 0");
  const int64_t group = node.Int("group", 1);
  if (shape[0] % group != 0) {
    return wrong(node.input(1), shape, fmt::format("a first extent divisible by group {}", group));
  }
  const std::vector<int64_t> kernel(shape.dims().begin() + 2, shape.dims().end());
  if (node.Ints("kernel_shape", kernel) != kernel) {
    return wrong(node.input(1), shape, "the extents of attribute 'kernel_shape' after the second");
  }
  if (bias == nullptr || bias->shape() == Shape{shape[0]}) return {};
  return wrong(node.input(2), bias->shape(), Shape{shape[0]}.ToString());
}

Status Canonicalize(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "group", 1, kMaxExtent));
  const Tensor* weight = context.Constant(node.input(1));
  if (weight != nullptr) {
    ASSAY_RETURN_IF_ERROR(CheckWeight(node, *weight, context.Constant(node.input(2))));
  }
  return CanonicalizeWindow(
      node, weight == nullptr ? std::nullopt : std::optional(weight->shape().rank() - 2));
}

}  // namespace

extern const Operator conv = {.op_type = "Conv",
                              .min_inputs = 2,
                              .max_inputs = 3,
                              .attributes = {{"auto_pad", AttributeType::kString},
                                             {"dilations", AttributeType::kInts},
                                             {"group", AttributeType::kInt},
                                             {"kernel_shape", AttributeType::kInts},
                                             {"pads", AttributeType::kInts},
                                             {"strides", AttributeType::kInts}},
                              .canonicalize = Canonicalize};

}  // namespace assay::onnx
