#include "harness/measure/runner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>
#include <span>

#include "harness/measure/noise.h"
#include "kernels/base/check.h"
#include "objectives/stats/order.h"

namespace assay::measure {
namespace {

constexpr int64_t kMaxIterations = int64_t{1} << 30;

struct Sample {
  double wall_s = 0;
  double cpu_s = 0;
  int64_t involuntary_switches = 0;

  Sample& operator+=(const Sample& other) {
    wall_s += other.wall_s;
    cpu_s += other.cpu_s;
    involuntary_switches += other.involuntary_switches;
    return *this;
  }
};

class Interleaver {
 public:
  Interleaver(const std::vector<TimedSubject>& subjects, const RunnerOptions& options)
      : subjects_(subjects),
        options_(options),
        min_sample_s_(std::max(options.min_sample_s, 1000 * TimerResolutionSeconds())),
        start_s_(options.clock.wall_s()) {
    for (const TimedSubject& subject : subjects) {
      timing_.subjects.emplace_back().name = subject.name;
    }
  }

  Timing Run() {
    timing_.iterations = DoubleUntilLongEnough();
    for (int i = 0; i < count() && !timing_.interrupted; ++i) {
      const double seconds = WarmUp(i);
      if (i == 0) timing_.iterations = IterationsOf(seconds);
    }
    DoRounds();
    return std::move(timing_);
  }

 private:
  int count() const { return static_cast<int>(subjects_.size()); }
  double elapsed_s() const { return options_.clock.wall_s() - start_s_; }

  bool Stopped() {
    if (options_.stop && options_.stop()) timing_.interrupted = true;
    return timing_.interrupted;
  }

  Sample Take(int subject, int64_t iterations) const {
    const std::function<void()>& run = subjects_[static_cast<size_t>(subject)].run;
    if (options_.before_sample) options_.before_sample();
    Settle(run);
    const int64_t switches = InvoluntarySwitches();
    const double cpu_s = options_.clock.cpu_s();
    const double wall_s = options_.clock.wall_s();
    for (int64_t i = 0; i < iterations; ++i) run();
    const double wall_end_s = options_.clock.wall_s();
    const double cpu_end_s = options_.clock.cpu_s();
    return {wall_end_s - wall_s, cpu_end_s - cpu_s, InvoluntarySwitches() - switches};
  }

  void Settle(const std::function<void()>& run) const {
    const double end_s = options_.clock.wall_s() + options_.settling_s;
    for (int i = 0; i < options_.settling_runs || options_.clock.wall_s() < end_s; ++i) run();
  }

  // Of the still cold baseline.
  int64_t DoubleUntilLongEnough() {
    int64_t iterations = 1;
    while (iterations < kMaxIterations && !Stopped() &&
           Take(0, iterations).wall_s < min_sample_s_) {
      iterations *= 2;
    }
    return iterations;
  }

  int64_t IterationsOf(double inference_s) const {
    const double iterations = std::ceil(min_sample_s_ / std::max(inference_s, 1e-12));
    return std::clamp(static_cast<int64_t>(iterations), int64_t{1}, kMaxIterations);
  }

  // See RunnerOptions. Returns the median seconds per inference of the last window.
  double WarmUp(int subject) {
    SubjectTimes& times = timing_.subjects[static_cast<size_t>(subject)];
    const auto window = static_cast<size_t>(options_.warmup_window);
    const double start_s = options_.clock.wall_s();
    std::vector<double> samples;
    double latest = 0;
    do {
      samples.push_back(Take(subject, timing_.iterations).wall_s);
      const std::span<const double> all = samples;
      latest = Median(all.last(std::min(all.size(), window)));
      if (all.size() < 2 * window) continue;
      const double before = Median(all.last(2 * window).first(window));
      times.warm = latest >= (1 - options_.warmup_tolerance) * before;
    } while (!times.warm && !Stopped() &&
             options_.clock.wall_s() - start_s < options_.max_warmup_s);
    times.warmup_samples = static_cast<int>(samples.size());
    return latest / static_cast<double>(timing_.iterations);
  }

  void DoRounds() {
    const auto order = InterleavedOrder(count(), options_.max_rounds, options_.seed);
    std::optional<double> steal_s = StealSeconds();
    double round_s = 0;
    for (int round = 0; round < options_.max_rounds && !Stopped(); ++round) {
      const double start_s = elapsed_s();
      if (round >= options_.min_rounds && start_s + round_s > options_.budget_s) return;
      DoRound(order[static_cast<size_t>(round)]);
      const std::optional<double> steal_now_s = StealSeconds();
      if (steal_s && steal_now_s) timing_.steal_s.push_back(*steal_now_s - *steal_s);
      steal_s = steal_now_s;
      round_s = elapsed_s() - start_s;
      if (options_.progress) options_.progress(round + 1, elapsed_s() / options_.budget_s);
    }
  }

  void DoRound(const std::vector<int>& order) {
    std::vector<Sample> sums(subjects_.size());
    for (const int subject : order) {
      sums[static_cast<size_t>(subject)] += Take(subject, timing_.iterations);
    }
    const double inferences = 2 * static_cast<double>(timing_.iterations);
    for (size_t i = 0; i < sums.size(); ++i) {
      timing_.subjects[i].seconds.push_back(sums[i].wall_s / inferences);
      timing_.subjects[i].cpu_seconds.push_back(sums[i].cpu_s / inferences);
      timing_.subjects[i].involuntary_switches.push_back(sums[i].involuntary_switches);
    }
  }

  const std::vector<TimedSubject>& subjects_;
  const RunnerOptions& options_;
  const double min_sample_s_;
  const double start_s_;
  Timing timing_;
};

std::vector<int> Shuffled(int count, std::mt19937_64& random) {
  std::vector<int> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  std::shuffle(values.begin(), values.end(), random);
  return values;
}

}  // namespace

std::vector<std::vector<int>> InterleavedOrder(int subjects, int rounds, uint64_t seed) {
  ASSAY_CHECK(subjects > 0 && rounds >= 0);
  std::mt19937_64 random(seed);
  std::vector<std::vector<int>> order;
  while (std::ssize(order) < rounds) {
    // A cyclic Latin square, its rows, columns and symbols shuffled.
    const std::vector<int> symbols = Shuffled(subjects, random);
    const std::vector<int> columns = Shuffled(subjects, random);
    for (const int row : Shuffled(subjects, random)) {
      std::vector<int> places;
      for (const int column : columns) {
        places.push_back(symbols[static_cast<size_t>((row + column) % subjects)]);
      }
      places.insert(places.end(), places.rbegin(), places.rend());
      order.push_back(std::move(places));
    }
  }
  order.resize(static_cast<size_t>(rounds));
  return order;
}

Timing TimeInterleaved(const std::vector<TimedSubject>& subjects, const RunnerOptions& options) {
  ASSAY_CHECK(!subjects.empty());
  ASSAY_CHECK(options.max_rounds > 0 && options.min_rounds <= options.max_rounds);
  ASSAY_CHECK(options.warmup_window > 0 && options.budget_s > 0);
  return Interleaver(subjects, options).Run();
}

}  // namespace assay::measure
