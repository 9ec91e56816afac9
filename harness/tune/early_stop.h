// EarlyStop: tells that a trial cannot meet the accuracy criterion, while its samples are still
// being evaluated.
#pragma once

#include <span>
#include <vector>

#include "objectives/criterion.h"
#include "objectives/stats/betting.h"

namespace assay::tune {

class EarlyStop {
 public:
  // One trial in a thousand at most is stopped that would have met the target on all samples.
  static constexpr double kAlpha = 0.001;

  // The baseline's outcomes on all samples, in the order, a random one, in which the trial's come.
  // Outcomes beyond [0, 1] never stop a trial.
  EarlyStop(const AccuracyCriterion& criterion, std::span<const double> baseline);

  // Takes all outcomes of the trial so far; true: the rest need not be evaluated.
  bool operator()(std::span<const double> outcomes);

 private:
  AccuracyCriterion criterion_;
  std::vector<double> baseline_;
  LowMeanTest test_;
  bool usable_ = true;
};

}  // namespace assay::tune
