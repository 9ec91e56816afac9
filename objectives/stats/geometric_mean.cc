#include "objectives/stats/geometric_mean.h"

#include <algorithm>
#include <cmath>

namespace assay {

Location MeanOf(std::span<const Location> logarithms) {
  Location mean;
  if (logarithms.empty()) return mean;
  const double count = static_cast<double>(logarithms.size());
  double sum = 0, squares = 0, scatter = 0;
  double degrees = std::numeric_limits<double>::infinity();
  for (const Location& each : logarithms) {
    sum += each.value;
    const double square = each.standard_error * each.standard_error;
    squares += square;
    scatter += square * square / each.degrees_of_freedom;
    degrees = std::min(degrees, each.degrees_of_freedom);
  }
  mean.value = sum / count;
  if (!std::all_of(logarithms.begin(), logarithms.end(),
                   [](const Location& each) { return each.known(); })) {
    return mean;
  }
  mean.standard_error = std::sqrt(squares) / count;
  mean.degrees_of_freedom = scatter > 0 ? squares * squares / scatter : degrees;
  return mean;
}

Estimate Exp(const Estimate& logarithm) {
  const Interval& interval = logarithm.interval;
  return {std::exp(logarithm.value),
          {std::exp(interval.lo), std::exp(interval.hi), interval.level}};
}

}  // namespace assay
