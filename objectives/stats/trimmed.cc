#include "objectives/stats/trimmed.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/base/check.h"
#include "objectives/stats/order.h"

namespace assay {
namespace {

size_t Cut(size_t n, double fraction) {
  ASSAY_CHECK(0 <= fraction && fraction < 0.5);
  return static_cast<size_t>(fraction * static_cast<double>(n));
}

bool Usable(std::span<const double> values) {
  return values.size() > 1 &&
         std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

// One sample as Yuen counts it: h = n - 2g values are left, and the squared standard error is
// (n - 1) s_w^2 / (h (h - 1)).
Location YuenLocation(std::span<const double> values, double fraction) {
  if (!Usable(values)) return {};
  const double n = static_cast<double>(values.size());
  const double h = n - 2 * static_cast<double>(Cut(values.size(), fraction));
  if (h < 2) return {};
  const double deviation = WinsorizedDeviation(values, fraction);
  return {TrimmedMean(values, fraction), deviation * std::sqrt((n - 1) / (h * (h - 1))), h - 1};
}

}  // namespace

double WinsorizedDeviation(std::span<const double> values, double fraction) {
  if (!Usable(values)) return std::nan("");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const size_t cut = Cut(sorted.size(), fraction);
  const double low = sorted[cut], high = sorted[sorted.size() - 1 - cut];
  for (double& value : sorted) value = std::clamp(value, low, high);
  const double mean = Mean(sorted);
  double squares = 0;
  for (const double value : sorted) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(sorted.size() - 1));
}

Location TrimmedLocation(std::span<const double> values, double fraction) {
  if (!Usable(values)) return {};
  const double n = static_cast<double>(values.size());
  const double h = n - 2 * static_cast<double>(Cut(values.size(), fraction));
  if (h < 2) return {};
  return {TrimmedMean(values, fraction), WinsorizedDeviation(values, fraction) * std::sqrt(n) / h,
          h - 1};
}

Location TrimmedDifference(std::span<const double> x, std::span<const double> y, double fraction) {
  return Difference(YuenLocation(x, fraction), YuenLocation(y, fraction));
}

Location Difference(const Location& x, const Location& y) {
  Location difference{.value = x.value - y.value};
  if (!x.known() || !y.known()) return difference;
  const double a = x.standard_error * x.standard_error;
  const double b = y.standard_error * y.standard_error;
  difference.standard_error = std::sqrt(a + b);
  const double scatter = a * a / x.degrees_of_freedom + b * b / y.degrees_of_freedom;
  difference.degrees_of_freedom = scatter > 0
                                      ? (a + b) * (a + b) / scatter
                                      : std::min(x.degrees_of_freedom, y.degrees_of_freedom);
  return difference;
}

}  // namespace assay
