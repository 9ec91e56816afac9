// Location: an estimate on the real line, such as a mean of logarithms, whose error divided by its
// standard error follows Student's t; and one-sided tests against a bound.
#pragma once

#include <limits>

#include "objectives/stats/interval.h"

namespace assay {

// A default Location knows nothing: its intervals are unbounded and its p-values are 1.
struct Location {
  double value = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::infinity();
  double degrees_of_freedom = 0;  // Infinite: the normal distribution.

  // Whether an interval can be given.
  bool known() const;
  // The two-sided interval value -+ t standard_error.
  Estimate At(double level = 0.95) const;
  // The p-value of "the truth is at most `bound`": small where it is shown to be above.
  double PAbove(double bound) const;
  // The p-value of "the truth is at least `bound`": small where it is shown to be below.
  double PBelow(double bound) const;
};

// The quantile p of Student's t; `degrees_of_freedom` > 0, possibly infinite.
double StudentQuantile(double p, double degrees_of_freedom);

}  // namespace assay
