#include <fmt/format.h>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  const auto value = node.attributes.find("value");
  if (value == node.attributes.end()) return {};
  const Shape& shape = std::get<Tensor>(value->second).shape();
  if (shape.elements() == 1) return {};
  return AttributeError(node, "value", fmt::format("of shape {}", shape.ToString()), "one element");
}

}  // namespace

extern const Operator constant_of_shape = {.op_type = "ConstantOfShape",
                                           .min_opset = 9,
                                           .attributes = {{"value", AttributeType::kTensor}},
                                           .canonicalize = Canonicalize};

}  // namespace assay::onnx
