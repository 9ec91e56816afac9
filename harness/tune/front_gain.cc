#include "harness/tune/front_gain.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::tune {
namespace {

constexpr double kBeyond = 1.96;  // Deviations: intervals of 95 %.

double Cumulative(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// The integral of P(loss <= t) over t up to `end`.
double Integral(const Expected& loss, double end) {
  if (!(loss.deviation > 0)) return std::max(end - loss.loss, 0.0);
  const double z = (end - loss.loss) / loss.deviation;
  const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
  return std::max(loss.deviation * (z * Cumulative(z) + density), 0.0);
}

double Below(const Expected& loss, double end) {
  if (!(loss.deviation > 0)) return loss.loss <= end ? 1 : 0;
  return Cumulative((end - loss.loss) / loss.deviation);
}

}  // namespace

FrontGain::FrontGain(std::vector<TrialOutcome> good, double limit, double budget)
    : good_(std::move(good)), limit_(limit), budget_(std::min(budget, limit)) {
  std::ranges::sort(good_, [](const TrialOutcome& a, const TrialOutcome& b) {
    return a.loss != b.loss ? a.loss < b.loss : a.cost < b.cost;
  });
  double lowest = 1;
  for (const TrialOutcome& trial : good_) {
    if (trial.cost >= lowest || trial.loss >= limit_) continue;
    lowest = trial.cost;
    steps_.push_back(trial);
  }
}

// The loss from which on a trial that is faster beyond the noise leaves it nothing.
double FrontGain::HighestUseful(double cost) const {
  double highest = budget_;
  for (const TrialOutcome& trial : good_) {
    if (cost - trial.cost <= kBeyond * std::numbers::sqrt2 * trial.cost_deviation) continue;
    highest = std::min(highest, trial.loss - kBeyond * trial.loss_deviation);
  }
  return highest;
}

double FrontGain::Expect(const Expected& loss, double cost) const {
  const double useful = HighestUseful(cost);
  const double useful_share = Below(loss, useful);
  double area = 0, before = 0;  // `before`: the integral up to the last step.
  double lowest = 1;
  // P(loss <= t) up to `useful`, constant from there on, since what lies beyond adds nothing.
  const auto integral = [&](double end) {
    return Integral(loss, std::min(end, useful)) + std::max(end - useful, 0.0) * useful_share;
  };
  for (const TrialOutcome& step : steps_) {
    const double now = integral(step.loss);
    area += std::max(lowest - cost, 0.0) * (now - before);
    before = now;
    lowest = step.cost;
  }
  return area + std::max(lowest - cost, 0.0) * (integral(limit_) - before);
}

}  // namespace assay::tune
