#include "harness/compare/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace assay::compare {
namespace {

bool SameKind(std::span<const Tensor> a, std::span<const Tensor> b) {
  return std::ranges::equal(a, b, [](const Tensor& x, const Tensor& y) {
    return x.dtype() == y.dtype() && x.shape() == y.shape();
  });
}

bool SameBytes(const Tensor& a, const Tensor& b) {
  return a.bytes() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

// The largest difference over the largest value of the reference; NaN where one is not finite.
double RelativeDifference(std::span<const float> reference, std::span<const float> others) {
  double largest = 0, difference = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const double a = reference[i], b = others[i];
    if (!std::isfinite(a) || !std::isfinite(b)) return std::nan("");
    largest = std::max(largest, std::abs(a));
    difference = std::max(difference, std::abs(a - b));
  }
  return difference / largest;
}

int64_t Unequal(const Tensor& a, const Tensor& b) {
  const auto element = SizeOf(a.dtype());
  const auto* x = static_cast<const uint8_t*>(a.data());
  const auto* y = static_cast<const uint8_t*>(b.data());
  int64_t count = 0;
  for (size_t at = 0; at < a.bytes(); at += element)
    count += std::memcmp(x + at, y + at, element) != 0;
  return count;
}

}  // namespace

std::string OutputDifference(std::span<const Tensor> reference, std::span<const Tensor> others) {
  if (!SameKind(reference, others)) return "other outputs";
  double worst = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const Tensor &a = reference[i], &b = others[i];
    if (SameBytes(a, b)) continue;
    const double relative =
        a.dtype() == DType::kF32 ? RelativeDifference(a.as<float>(), b.as<float>()) : std::nan("");
    if (!std::isfinite(relative)) {
      return fmt::format("{} of {} differ", Unequal(a, b), a.elements());
    }
    worst = std::max(worst, relative);
  }
  return worst == 0 ? "equal" : fmt::format("within {:.1e} of the largest", worst);
}

}  // namespace assay::compare
