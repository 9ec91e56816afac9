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

  // Of a number that the criterion judges, and its outcomes for the baseline on all samples, in the
  // order, a random one, in which the trial's come. Outcomes beyond [0, 1] never stop a trial.
  struct Judged {
    AccuracyCriterion criterion;
    std::vector<double> baseline;
  };
  // Every one of them must meet its target: one that cannot stops a trial. They share kAlpha.
  explicit EarlyStop(std::span<const Judged> judged);

  // Takes all outcomes of the trial so far, of each number judged, none of one whose outcomes are
  // not settled; true: the rest need not be evaluated.
  bool operator()(std::span<const std::vector<double>> outcomes);

 private:
  class One {
   public:
    One(Judged judged, double alpha);
    bool operator()(std::span<const double> outcomes);

   private:
    Judged judged_;
    LowMeanTest test_;
    bool usable_;
  };

  std::vector<One> each_;
};

}  // namespace assay::tune
