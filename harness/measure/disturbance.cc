#include "harness/measure/disturbance.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "kernels/base/check.h"
#include "objectives/stats/order.h"

namespace assay::measure {
namespace {

constexpr double kYieldS = 1e-3;  // What a scheduler lets others run for, at least.
constexpr double kDisplaced = 0.05;

double ShareDisplaced(const Timing& timing) {
  int displaced = 0;
  for (size_t round = 0; round < static_cast<size_t>(timing.rounds()); ++round) {
    double yielded_s = 0, round_s = 0;
    for (const SubjectTimes& subject : timing.subjects) {
      yielded_s += kYieldS * static_cast<double>(subject.involuntary_switches[round]);
      round_s += 2 * static_cast<double>(timing.iterations) * subject.seconds[round];
    }
    displaced += yielded_s > kDisplaced * round_s ? 1 : 0;
  }
  return displaced / static_cast<double>(timing.rounds());
}

double SpreadOf(std::vector<double> values) {
  std::ranges::sort(values);
  const double distance = QuantileOfSorted(values, 0.75) - QuantileOfSorted(values, 0.25);
  const double median = QuantileOfSorted(values, 0.5);
  return median > 0 && std::isfinite(distance) ? distance / median : 0;
}

double LargestSpread(const Timing& timing) {
  if (timing.subjects.size() == 1) return SpreadOf(timing.subjects[0].seconds);
  double largest = 0;
  for (size_t i = 1; i < timing.subjects.size(); ++i) {
    std::vector<double> ratios = timing.subjects[i].seconds;
    for (size_t round = 0; round < ratios.size(); ++round) {
      ratios[round] /= timing.subjects[0].seconds[round];
    }
    largest = std::max(largest, SpreadOf(std::move(ratios)));
  }
  return largest;
}

}  // namespace

Disturbance DisturbanceOf(const Timing& timing) {
  if (timing.rounds() == 0) return {};
  return {ShareDisplaced(timing), LargestSpread(timing)};
}

CalmTiming TimeCalmly(const std::vector<TimedSubject>& subjects, const RunnerOptions& options,
                      int attempts) {
  ASSAY_CHECK(attempts > 0);
  std::optional<CalmTiming> best;
  for (int attempt = 1; attempt <= attempts; ++attempt) {
    Timing timing = TimeInterleaved(subjects, options);
    const Disturbance disturbance = DisturbanceOf(timing);
    const bool interrupted = timing.interrupted;
    if (!best || interrupted || disturbance.Severity() < best->disturbance.Severity()) {
      best = CalmTiming{std::move(timing), disturbance, attempt};
    }
    best->attempts = attempt;
    if (interrupted || !disturbance.TooMuch()) break;
  }
  return *std::move(best);
}

}  // namespace assay::measure
