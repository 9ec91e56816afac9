#include "harness/engine/quantized_operand.h"

#include <cmath>

#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

Status CheckCount(const Inference& inference, size_t input, int64_t channels) {
  if (inference.constant(input) == nullptr) {
    return inference.Error("input {} ('{}') depends on data, it must be constant", input,
                           inference.node().input(input));
  }
  const int64_t count = inference.shape(input).elements();
  if (count == 1 || (channels != 0 && count == channels)) return {};
  return inference.Error("input {} ('{}') has {} values, allowed: 1{}", input,
                         inference.node().input(input), count,
                         channels == 0 ? "" : fmt::format(" or {}", channels));
}

}  // namespace

Status CheckQuantized(const Inference& inference, size_t scale, size_t zero_point, DType dtype,
                      int64_t channels) {
  if (scale != kNoScale) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(scale, {DType::kF32}));
    ASSAY_RETURN_IF_ERROR(CheckCount(inference, scale, channels));
    for (float value : inference.constant(scale)->as<float>()) {
      if (!(value > 0) || !std::isfinite(value)) return inference.Error("a scale of {}", value);
    }
  }
  if (!inference.has(zero_point)) return {};
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(zero_point, {dtype}));
  return CheckCount(inference, zero_point, channels);
}

std::vector<float> ScalesOf(const Node& node, const Lowerer& lowerer, size_t scale) {
  const auto scales = lowerer.constant(node.input(scale))->as<float>();
  return {scales.begin(), scales.end()};
}

std::vector<int32_t> ZeroPointsOf(const Node& node, const Lowerer& lowerer, size_t zero_point) {
  if (!node.has_input(zero_point)) return {0};
  const Tensor& tensor = *lowerer.constant(node.input(zero_point));
  return WithNumber(tensor.dtype(), [&]<typename T>(T) {
    std::vector<int32_t> values;
    for (T value : tensor.as<T>()) values.push_back(static_cast<int32_t>(value));
    return values;
  });
}

}  // namespace assay::engine
