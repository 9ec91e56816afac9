#include "harness/gate/step_times.h"

#include <algorithm>

#include "objectives/stats/order.h"

namespace assay::gate {
namespace {

// Cut off on either side, of rounds: something else ran then.
constexpr double kCut = 0.25;

size_t SlotOf(std::vector<StepTimes>& steps, const std::string& name) {
  const auto found = std::ranges::find(steps, name, &StepTimes::name);
  if (found != steps.end()) return static_cast<size_t>(found - steps.begin());
  steps.emplace_back().name = name;
  return steps.size() - 1;
}

void AddVariant(std::string& all, const std::string& variant) {
  if (variant.empty() || all.find(variant) != std::string::npos) return;
  all += (all.empty() ? "" : " + ") + variant;
}

void AddSteps(const ReadyCase& ready, std::string StepTimes::*variants,
              std::vector<StepTimes>& steps) {
  for (int64_t i = 0; i < ready.step_count(); ++i) {
    AddVariant(steps[SlotOf(steps, ready.step_name(i))].*variants, ready.step_variant(i));
  }
}

// One build, run with a clock.
class Laps {
 public:
  Laps(ReadyCase& ready, std::vector<StepTimes>& steps, double (*clock_s)())
      : ready_(ready), clock_s_(clock_s) {
    for (int64_t i = 0; i < ready.step_count(); ++i) {
      slots_.push_back(SlotOf(steps, ready.step_name(i)));
    }
    rounds_.resize(steps.size());
  }

  void Batch(int64_t iterations) {
    std::vector<double> seconds(rounds_.size());
    double last = clock_s_();
    ready_.RunSteps(iterations, [&](int64_t step) {
      const double now = clock_s_();
      seconds[slots_.at(static_cast<size_t>(step))] += now - last;
      last = now;
    });
    for (size_t slot = 0; slot < rounds_.size(); ++slot) {
      rounds_[slot].push_back(seconds[slot] / static_cast<double>(iterations));
    }
  }
  void Forget() {
    for (auto& rounds : rounds_) rounds.clear();
  }

  // By slot and round: seconds per iteration.
  const std::vector<std::vector<double>>& rounds() const { return rounds_; }

 private:
  ReadyCase& ready_;
  double (*clock_s_)();
  std::vector<size_t> slots_;  // Of each step.
  std::vector<std::vector<double>> rounds_;
};

}  // namespace

std::vector<StepTimes> StepsOf(const ReadyCase& base, const ReadyCase& candidate) {
  std::vector<StepTimes> steps;
  AddSteps(candidate, &StepTimes::candidate_variant, steps);
  AddSteps(base, &StepTimes::base_variant, steps);
  return steps;
}

std::vector<StepTimes> TimeSteps(ReadyCase& base, ReadyCase& candidate, int64_t iterations,
                                 int rounds, double (*clock_s)(), std::mt19937_64& random) {
  std::vector<StepTimes> steps = StepsOf(base, candidate);
  Laps a(base, steps, clock_s), b(candidate, steps, clock_s);
  bool base_first = false;
  for (int round = -1; round < rounds; ++round) {  // The first warms up, in either order.
    if (round == 0) a.Forget(), b.Forget();
    base_first = round < 0 || round % 2 == 0 ? (random() & 1) != 0 : !base_first;
    (base_first ? a : b).Batch(iterations);
    (base_first ? b : a).Batch(iterations);
  }
  for (size_t slot = 0; slot < steps.size(); ++slot) {
    std::vector<double> differences;
    for (size_t r = 0; r < a.rounds()[slot].size(); ++r) {
      differences.push_back(b.rounds()[slot][r] - a.rounds()[slot][r]);
    }
    steps[slot].base_s = TrimmedMean(a.rounds()[slot], kCut);
    steps[slot].candidate_s = TrimmedMean(b.rounds()[slot], kCut);
    steps[slot].difference_s = TrimmedMean(differences, kCut);
  }
  return steps;
}

}  // namespace assay::gate
