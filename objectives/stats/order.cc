#include "objectives/stats/order.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/base/check.h"

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> Sorted(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

bool HasNan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); });
}

}  // namespace

double Mean(std::span<const double> values) {
  if (values.empty()) return kNan;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double MedianInPlace(std::span<double> values) {
  if (values.empty() || HasNan(values)) return kNan;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

double Median(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  return MedianInPlace(copy);
}

double QuantileOfSorted(std::span<const double> sorted, double q) {
  ASSAY_CHECK(0 <= q && q <= 1);
  if (sorted.empty()) return kNan;
  const double position = q * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  if (sorted[below] == sorted[above]) return sorted[below];  // Infinities, too.
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

double Quantile(std::span<const double> values, double q) {
  if (HasNan(values)) return kNan;
  return QuantileOfSorted(Sorted(values), q);
}

double TrimmedMean(std::span<const double> values, double fraction) {
  ASSAY_CHECK(0 <= fraction && fraction < 0.5);
  if (HasNan(values)) return kNan;
  const std::vector<double> sorted = Sorted(values);
  const size_t cut = static_cast<size_t>(fraction * static_cast<double>(sorted.size()));
  return Mean(std::span(sorted).subspan(cut, sorted.size() - 2 * cut));
}

}  // namespace assay
