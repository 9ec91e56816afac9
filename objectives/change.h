// Change: the measured difference or ratio of two models in one objective, with its interval. It
// decides whether one is better "beyond the noise".
#pragma once

#include <optional>

#include "objectives/stats/interval.h"

namespace assay {

struct Change {
  enum class Kind { kDifference, kRatio };  // x - y, no change is 0; x / y, no change is 1

  Kind kind = Kind::kDifference;
  Estimate estimate = {};
  // Of "no change", where there is an exact test: McNemar's, of right and wrong answers.
  std::optional<double> exact_p_value = {};

  static Change Difference(Estimate estimate, std::optional<double> exact_p_value = {}) {
    return {Kind::kDifference, estimate, exact_p_value};
  }
  static Change Ratio(Estimate estimate) { return {Kind::kRatio, estimate, {}}; }

  // +1 when x is larger than y beyond the noise, -1 when it is smaller, 0 when the interval
  // includes no change.
  int Sign() const {
    const double none = kind == Kind::kRatio ? 1 : 0;
    if (estimate.interval.lo > none) return 1;
    return estimate.interval.hi < none ? -1 : 0;
  }
};

}  // namespace assay
