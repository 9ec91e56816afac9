// FrontGain: what a configuration that was not tried promises to add to the front of those that
// were, in loss and cost. The area counted is that of the hypervolume: up to the limit of the loss
// and fp32's cost of 1.
#pragma once

#include <vector>

namespace assay::tune {

// Of a finished trial, with standard deviations: 0 where values are exact.
struct TrialOutcome {
  double loss = 0, cost = 0;
  double loss_deviation = 0, cost_deviation = 0;
};

struct Expected {
  double loss = 0, deviation = 0;
};

class FrontGain {
 public:
  // `good` are those that met the criterion; a loss above `budget`, at most `limit`, does not.
  FrontGain(std::vector<TrialOutcome> good, double limit, double budget);

  // The area that is expected to be added by a loss of normal distribution (expected improvement of
  // the hypervolume: Emmerich, Deutz and Klinkenberg 2011, "Hypervolume-based expected
  // improvement", in closed form for one uncertain objective). As in the ranking, a trial that is
  // slower beyond the noise than one which is not beyond the noise less accurate adds nothing.
  double Expect(const Expected& loss, double cost) const;

 private:
  double HighestUseful(double cost) const;

  std::vector<TrialOutcome> good_;   // By loss.
  std::vector<TrialOutcome> steps_;  // Those of them that lower the least cost so far.
  double limit_, budget_;
};

}  // namespace assay::tune
