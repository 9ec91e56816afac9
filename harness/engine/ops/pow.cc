#include <cmath>
#include <limits>
#include <type_traits>

#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(
      inference.ExpectType(0, {DType::kF32, DType::kF64, DType::kI32, DType::kI64}));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, kNumbers));
  ASSAY_ASSIGN_OR_RETURN(const Shape shape,
                         BroadcastShape(inference.node(), inference.shape(0), inference.shape(1)));
  return inference.Set(0, inference.dtype(0), shape);
}

// Integers wrap; by a negative exponent only 1 and -1 do not vanish, and 0 has no value.
template <typename T>
bool IntegerPower(T base, int64_t exponent, T& result) {
  if (exponent < 0) {
    if (base == 0) return false;
    const bool odd = exponent % 2 != 0;
    result = static_cast<T>(base == 1 ? 1 : base != static_cast<T>(-1) ? 0 : odd ? -1 : 1);
    return true;
  }
  using U = std::make_unsigned_t<T>;
  U power = 1, square = static_cast<U>(base);
  for (; exponent > 0; exponent /= 2, square *= square) {
    if (exponent % 2 == 1) power *= square;
  }
  result = static_cast<T>(power);
  return true;
}

template <typename A, typename B>
bool Power(A base, B exponent, A& result) {
  if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
    return IntegerPower(base, static_cast<int64_t>(exponent), result);
  } else if constexpr (std::is_integral_v<A>) {
    const double power = std::pow(static_cast<double>(base), static_cast<double>(exponent));
    constexpr double kLimit = static_cast<double>(std::numeric_limits<A>::max());
    if (!(std::abs(power) < kLimit)) return false;
    result = static_cast<A>(power);
    return true;
  } else {
    result = exponent == B{2} ? base * base : std::pow(base, static_cast<A>(exponent));
    return true;
  }
}

Status Lower(const Node& node, Lowerer& lowerer) {
  return WithNumber(lowerer.type(node.input(0)).dtype, [&]<typename A>(A) {
    return WithNumber(lowerer.type(node.input(1)).dtype, [&]<typename B>(B) -> Status {
      if constexpr (sizeof(A) == 1) {
        return NodeError(node, "bytes have no powers");  // Inference has refused them.
      } else {
        return LowerBroadcastOf<A, B, A>(
            node, lowerer, [](A a, B b, A& result) { return Power(a, b, result); },
            "a power of integers that no integer holds");
      }
    });
  });
}

}  // namespace

extern const Lowering pow;
const Lowering pow = {
    .op_type = "Pow", .infer = Infer, .lower = Lower, .per_image = BroadcastsImages};

}  // namespace assay::engine
