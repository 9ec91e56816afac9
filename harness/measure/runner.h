// Times several subjects side by side, interleaved, so that what the machine does to one it does to
// all: the only comparison that survives a shared machine. No statistics here (objectives/stats).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/measure/clock.h"

namespace assay::measure {

struct TimedSubject {
  std::string name;
  std::function<void()> run;  // One inference, inputs staged.
};

struct RunnerOptions {
  double budget_s = 10;  // Of wall time, warm-up included; min_rounds are done whatever it says.
  int min_rounds = 10;
  int max_rounds = 1000;
  uint64_t seed = 1;           // Of the order.
  double min_sample_s = 4e-4;  // A sample takes at least this and 1000 steps of the timer.

  // Untimed inferences at the head of every sample, at least so many: the caches are the subject's own again then, and
  // its threads, asleep while others had their turn, are awake.
  int settling_runs = 0;
  double settling_s = 0;  // And as many more as take so long altogether.
  std::function<void()> before_sample;  // Untimed, before the settling runs.

  // Each subject is warm when the median of its last `warmup_window` samples is no longer more than
  // `warmup_tolerance` below the median of the window before, or after max_warmup_s.
  int warmup_window = 5;
  double warmup_tolerance = 0.01;
  double max_warmup_s = 1;

  std::function<bool()> stop;  // Asked between samples of the warm-up and between rounds.
  // After each round: rounds done, and the wall time used as a share of the budget.
  std::function<void(int rounds, double share)> progress;
  Clock clock;
};

// One subject; element r of each vector is round r.
struct SubjectTimes {
  std::string name;
  std::vector<double> seconds;      // Wall time per inference: the mean of the round's two samples.
  std::vector<double> cpu_seconds;  // CPU time of the calling thread, likewise.
  std::vector<int64_t> involuntary_switches;  // All threads, both samples.
  int warmup_samples = 0;
  bool warm = false;  // The rule was met within max_warmup_s.
};

struct Timing {
  std::vector<SubjectTimes> subjects;  // As given, of equally many rounds: paired by round.
  int64_t iterations = 0;              // Inferences per sample, the same for all subjects.
  // Time that the hypervisor gave to others during round r, all CPUs, in steps of 10 ms; empty
  // where /proc/stat does not say.
  std::vector<double> steal_s;
  bool interrupted = false;  // `stop` said so; the rounds done are whole.

  int rounds() const { return subjects.empty() ? 0 : static_cast<int>(subjects[0].seconds.size()); }
};

// The order of `rounds` rounds of `subjects`, each round a palindrome in which every subject comes
// twice, so that a linear drift within a round cancels: ABBA or BAAB for two. Every `subjects`
// rounds are the rows, shuffled, of a Latin square: each subject takes each place equally often.
std::vector<std::vector<int>> InterleavedOrder(int subjects, int rounds, uint64_t seed);

// Sets the iterations per sample on the first subject (the baseline), warms every subject, then
// does rounds until max_rounds or the budget. At least one subject; positive counts and times.
Timing TimeInterleaved(const std::vector<TimedSubject>& subjects,
                       const RunnerOptions& options = {});

}  // namespace assay::measure
