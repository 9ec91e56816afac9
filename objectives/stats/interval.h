// Interval and Estimate: what is known of a quantity, and how well.
#pragma once

#include <cmath>
#include <limits>

namespace assay {

// A two-sided confidence interval [lo, hi] at `level` (0.95: 95 %). An infinite bound says that
// nothing is known on that side.
struct Interval {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  double level = 0.95;

  bool Contains(double x) const { return lo <= x && x <= hi; }
};

// A point estimate and its interval.
struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  Interval interval = {};
};

// The interval of x - y, and of x / y (all of them positive), for independent estimates x and y of
// the same level, recovered from their own intervals (MOVER: Zou and Donner 2008, "Construction of
// confidence limits about effect measures"; the ratio on the logarithmic scale). So two trials that
// were each interleaved with the baseline, but not with one another, can be compared.
Estimate IndependentDifference(const Estimate& x, const Estimate& y);
Estimate IndependentRatio(const Estimate& x, const Estimate& y);

}  // namespace assay
