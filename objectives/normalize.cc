#include "objectives/normalize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "objectives/objective.h"

namespace assay {
namespace {

struct Range {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
};

Range FiniteRange(std::span<const double> values) {
  Range range;
  for (double value : values) {
    if (!std::isfinite(value)) continue;
    range.min = std::min(range.min, value);
    range.max = std::max(range.max, value);
  }
  return range;
}

}  // namespace

std::vector<double> NormalizeRange(std::span<const double> values, bool higher_is_better) {
  const Range range = FiniteRange(values);
  std::vector<double> normalized;
  for (double value : values) {
    if (!std::isfinite(value)) {
      normalized.push_back(range.min > range.max ? 1 : 0);
    } else if (range.min == range.max) {
      normalized.push_back(1);
    } else {
      const double better = higher_is_better ? value - range.min : range.max - value;
      normalized.push_back(better / (range.max - range.min));
    }
  }
  return normalized;
}

std::vector<double> NormalizeAsInc(std::span<const double> values, double baseline,
                                   bool higher_is_better, bool as_difference) {
  const auto not_zero = [](double x) { return x == 0 ? 1e-20 : x; };
  std::vector<double> column;
  for (double value : values) {
    const double known = std::isfinite(value) ? not_zero(value) : kUnavailable;
    column.push_back(as_difference ? not_zero(baseline) - known : not_zero(baseline) / known);
  }
  const Range range = FiniteRange(column);
  if (higher_is_better) {
    for (double& x : column) x = range.max + range.min - x;
  }
  return NormalizeRange(column, /*higher_is_better=*/true);
}

}  // namespace assay
