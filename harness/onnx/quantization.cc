#include "harness/onnx/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/onnx/expect.h"

namespace assay::onnx {
namespace {

Status CheckScale(const Node& node, const Tensor& scale) {
  if (scale.dtype() != DType::kF32 || scale.shape().rank() > 1) {
    return NodeError(node,
                     fmt::format("scale '{}' is {}{}; allowed: float of rank 0 or 1", node.input(1),
                                 Name(scale.dtype()), scale.shape().ToString()));
  }
  const bool finite =
      std::ranges::all_of(scale.as<float>(), [](float s) { return std::isfinite(s); });
  if (finite) return {};
  return NodeError(node, fmt::format("scale '{}' is not finite everywhere", node.input(1)));
}

Status CheckZeroPoint(const Node& node, const Tensor& zero_point, const Tensor* scale) {
  const DType dtype = zero_point.dtype();
  const bool is_weight_type = dtype == DType::kI32 && node.op_type == "DequantizeLinear";
  if (dtype != DType::kU8 && dtype != DType::kI8 && !is_weight_type) {
    return NodeError(node, fmt::format("zero point '{}' is {}; allowed: uint8, int8", node.input(2),
                                       Name(dtype)));
  }
  if (scale == nullptr || scale->elements() == zero_point.elements()) return {};
  return NodeError(node, fmt::format("zero point '{}' has {} values, and the scale {}",
                                     node.input(2), zero_point.elements(), scale->elements()));
}

}  // namespace

Status CanonicalizeQuantization(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectAxis(node, "axis", std::nullopt));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "block_size", 0, 0));
  node.attributes.erase("block_size");
  node.attributes.erase("saturate");
  const Tensor* scale = context.Constant(node.input(1));
  const Tensor* zero_point = context.Constant(node.input(2));
  if (scale != nullptr) {
    ASSAY_RETURN_IF_ERROR(CheckScale(node, *scale));
    if (opset < 13 && scale->elements() != 1) {
      return NodeError(node, fmt::format("scale '{}' has {} values; opset {} allows one",
                                         node.input(1), scale->elements(), opset));
    }
  }
  return zero_point == nullptr ? Status() : CheckZeroPoint(node, *zero_point, scale);
}

}  // namespace assay::onnx
