#include <cmath>

#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"
#include "harness/engine/wrapping.h"

namespace assay::engine {
namespace {

// start, start + delta, ... below limit. Always known before the run: there is nothing to lower.
template <typename T>
Status SetRange(Inference& inference) {
  const auto scalar = [&](size_t i) { return inference.constant(i)->as<T>()[0]; };
  const T start = scalar(0), limit = scalar(1), delta = scalar(2);
  const double count = std::ceil((static_cast<double>(limit) - static_cast<double>(start)) /
                                 static_cast<double>(delta));
  if (!(count <= static_cast<double>(Shape::kMaxElements))) {
    return inference.Error("a range from {} to {} by {}", +start, +limit, +delta);
  }
  const Shape shape{count > 0 ? static_cast<int64_t>(count) : 0};
  ASSAY_RETURN_IF_ERROR(inference.ExpectConstantFits(DTypeOf<T>::value, shape));
  Tensor values(DTypeOf<T>::value, shape);
  const std::span<T> elements = values.as<T>();
  for (size_t i = 0; i < elements.size(); ++i) {
    if constexpr (std::is_integral_v<T>) {  // Doubles are not exact for them all.
      const auto step = Wrapping<T>(static_cast<T>(i), delta, [](auto a, auto b) { return a * b; });
      elements[i] = Wrapping<T>(start, step, [](auto a, auto b) { return a + b; });
    } else {
      elements[i] = static_cast<T>(static_cast<double>(start) + static_cast<double>(i) * delta);
    }
  }
  return inference.SetConstant(0, std::move(values));
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(3, 3));
  ASSAY_RETURN_IF_ERROR(
      inference.ExpectType(0, {DType::kF32, DType::kF64, DType::kI32, DType::kI64}));
  for (size_t i = 0; i < 3; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {inference.dtype(0)}));
    if (inference.constant(i) == nullptr || inference.shape(i).elements() != 1) {
      return inference.Error("input {} is not one constant", i);
    }
  }
  return WithNumber(inference.dtype(0), [&]<typename T>(T) { return SetRange<T>(inference); });
}

}  // namespace

extern const Lowering range;
const Lowering range = {.op_type = "Range", .infer = Infer};

}  // namespace assay::engine
