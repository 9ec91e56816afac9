#include "harness/conform/agreement.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <type_traits>

namespace assay::conform {
namespace {

// By how much the difference passes what is allowed; 0 or less where it does not.
template <typename T>
double Excess(T actual, T expected, const Tolerance& tolerance) {
  if (actual == expected) return 0;
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(actual) && std::isnan(expected)) return 0;
    const double allowed =
        tolerance.absolute + tolerance.relative * std::fabs(static_cast<double>(expected));
    const double excess = std::fabs(static_cast<double>(actual) - expected) - allowed;
    return std::isfinite(excess) ? excess : std::numeric_limits<double>::infinity();
  }
  return std::numeric_limits<double>::infinity();
}

template <typename T>
Status ExpectElements(const Tensor& actual, const Tensor& expected, const Tolerance& tolerance) {
  const auto found = actual.as<T>(), wanted = expected.as<T>();
  double most = 0;
  size_t worst = 0, wrong = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double excess = Excess(found[i], wanted[i], tolerance);
    if (excess > 0) ++wrong;
    if (excess > most) {
      most = excess;
      worst = i;
    }
  }
  if (wrong == 0) return {};
  return Error(fmt::format("{} of {} elements are wrong; element {} is {}, expected {}", wrong,
                           found.size(), worst, +found[worst], +wanted[worst]));
}

}  // namespace

Status ExpectAgreement(const Tensor& actual, const Tensor& expected, const Tolerance& tolerance) {
  if (actual.dtype() != expected.dtype() || actual.shape() != expected.shape()) {
    return Error(fmt::format("{}{}, expected {}{}", Name(actual.dtype()), actual.shape().ToString(),
                             Name(expected.dtype()), expected.shape().ToString()));
  }
  switch (actual.dtype()) {
    case DType::kF32:
      return ExpectElements<float>(actual, expected, tolerance);
    case DType::kF64:
      return ExpectElements<double>(actual, expected, tolerance);
    case DType::kI64:
      return ExpectElements<int64_t>(actual, expected, tolerance);
    case DType::kI32:
      return ExpectElements<int32_t>(actual, expected, tolerance);
    case DType::kU8:
      return ExpectElements<uint8_t>(actual, expected, tolerance);
    case DType::kI8:
      return ExpectElements<int8_t>(actual, expected, tolerance);
    case DType::kBool:
      return ExpectElements<bool>(actual, expected, tolerance);
  }
  return {};
}

}  // namespace assay::conform
