#include "harness/gate/duet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

#include "harness/gate/case_library.h"
#include "harness/gate/operands.h"
#include "harness/measure/clock.h"
#include "harness/measure/noise.h"
#include "objectives/stats/order.h"

namespace assay::gate {
namespace {

constexpr int64_t kMaxIterations = int64_t{1} << 30;

enum Side : uint8_t { kBase, kCandidate };

// Something of either build.
template <typename T>
using Both = std::array<T, 2>;

// Who comes first in what is done once.
Both<Side> OrderOf(const DuetRequest& request) {
  return request.reversed ? Both<Side>{kCandidate, kBase} : Both<Side>{kBase, kCandidate};
}

// One case, set up in both builds.
class Pair {
 public:
  Pair(const DuetRequest& request, size_t job, const Both<const LibraryCase*>& definitions,
       Whereabouts* at)
      : job_(request.jobs[job]),
        number_(static_cast<int64_t>(job)),
        at_(at),
        request_(request),
        definitions_(definitions),
        order_(OrderOf(request)),
        operands_(*definitions[kBase], 1) {
    result_.case_name = job_.case_name;
    result_.base_first = order_[0] == kBase;
  }
  ~Pair() {
    for (const Side side : order_) {
      Tell(side);
      ready_[side].reset();
    }
  }

  DuetResult Run(std::mt19937_64& random) {
    for (const Side side : order_) {
      Tell(side);
      auto ready = ReadyCase::SetUp(*definitions_[side], operands_.inputs(), operands_.output());
      if (!ready.ok()) {
        result_.error = ready.message();
        return result_;
      }
      ready_[side] = *std::move(ready);
    }
    result_.base_variant = base().variant();
    result_.candidate_variant = candidate().variant();
    result_.changed_steps = ChangedSteps();
    Both<std::vector<uint8_t>> outputs;
    for (const Side side : order_) outputs[side] = OutputOf(side);
    result_.difference = Difference(*definitions_[kBase], outputs[kBase], outputs[kCandidate]);
    if (!result_.difference.empty()) return result_;
    result_.iterations = job_.iterations > 0 ? job_.iterations : Calibrate();
    if (job_.steps) {
      const auto clock_s = OneThread() ? measure::ThreadCpuSeconds : measure::MonotonicSeconds;
      if (at_ != nullptr) at_->Set(number_, Whereabouts::kNone);
      result_.steps =
          TimeSteps(base(), candidate(), result_.iterations, request_.rounds, clock_s, random);
    } else {
      Time(random);
    }
    return result_;
  }

  double wall_s = 0, cpu_s = 0;

 private:
  ReadyCase& base() { return *ready_[kBase]; }
  ReadyCase& candidate() { return *ready_[kCandidate]; }

  // Else CPU time would leave out what other threads do.
  bool OneThread() const {
    return definitions_[kBase]->threads == 1 && definitions_[kCandidate]->threads == 1;
  }

  void Tell(Side side) {
    if (at_ != nullptr) at_->Set(number_, side);
  }

  std::vector<uint8_t> OutputOf(Side side) {
    Tell(side);
    operands_.Spoil();
    ready_[side]->Run(1);
    return operands_.Output();
  }

  // Steps that both builds have, and run by different variants.
  std::vector<std::string> ChangedSteps() {
    std::vector<std::string> changed;
    for (const StepTimes& step : StepsOf(base(), candidate())) {
      if (step.base_variant.empty() || step.candidate_variant.empty()) continue;
      if (step.base_variant == step.candidate_variant) continue;
      changed.push_back(
          fmt::format("{}: {} -> {}", step.name, step.base_variant, step.candidate_variant));
    }
    return changed;
  }

  // Seconds of a batch.
  double Batch(Side side, int64_t iterations) {
    Tell(side);
    ReadyCase& ready = *ready_[side];
    const double wall = measure::MonotonicSeconds(), cpu = measure::ThreadCpuSeconds();
    ready.Run(iterations);
    const double cpu_took = measure::ThreadCpuSeconds() - cpu;
    const double wall_took = measure::MonotonicSeconds() - wall;
    wall_s += wall_took;
    cpu_s += cpu_took;
    return OneThread() ? cpu_took : wall_took;
  }

  int64_t Calibrate() {
    int64_t iterations = 1;
    double seconds = Batch(kBase, iterations);
    while (seconds < request_.min_batch_s && iterations < kMaxIterations) {
      const double factor = request_.min_batch_s / std::max(seconds, 1e-9);
      iterations = std::min(
          kMaxIterations,
          std::max(iterations + 1, static_cast<int64_t>(std::ceil(static_cast<double>(iterations) *
                                                                  std::min(factor * 1.05, 8.0)))));
      seconds = Batch(kBase, iterations);
    }
    return iterations;
  }

  void Time(std::mt19937_64& random) {
    const auto more = static_cast<int64_t>(
        std::llround(static_cast<double>(result_.iterations) * job_.candidate_work));
    const auto run = [&](Side side) {
      return Batch(side, side == kBase ? result_.iterations : more);
    };
    // Who is first of two; the other way round in the mirror.
    const auto first = [&] {
      return ((random() & 1) != 0) != request_.reversed ? kBase : kCandidate;
    };
    const auto other = [](Side side) { return side == kBase ? kCandidate : kBase; };
    // Discarded, in either order: who ran last finds its operands in the caches.
    const Side warmed = first();
    run(warmed);
    run(other(warmed));
    const int64_t switches = measure::InvoluntarySwitches();
    std::vector<double> ratios, base_s, candidate_s;
    // Pairs of rounds are ABBA or BAAB, so that a drift within them cancels.
    Side leads = kBase;
    for (int round = 0; round < request_.rounds; ++round) {
      leads = round % 2 == 0 ? first() : other(leads);
      Both<double> seconds;
      seconds[leads] = run(leads);
      seconds[other(leads)] = run(other(leads));
      base_s.push_back(seconds[kBase] / static_cast<double>(result_.iterations));
      candidate_s.push_back(seconds[kCandidate] / static_cast<double>(result_.iterations));
      ratios.push_back(std::log(seconds[kCandidate] / seconds[kBase]));
    }
    result_.involuntary_switches = measure::InvoluntarySwitches() - switches;
    result_.log_ratio = Median(ratios);
    if (!std::isfinite(result_.log_ratio)) {
      result_.log_ratio = 0;
      result_.error = "it takes no time that can be measured";
      return;
    }
    result_.base_s = Median(base_s);
    result_.candidate_s = Median(candidate_s);
  }

  const DuetJob& job_;
  const int64_t number_;
  Whereabouts* const at_;
  const DuetRequest& request_;
  const Both<const LibraryCase*> definitions_;
  const Both<Side> order_;
  Operands operands_;
  Both<std::optional<ReadyCase>> ready_;
  DuetResult result_;
};

using Libraries = std::map<std::string, CaseLibrary>;

// In the order in which they are named, the base before the candidate, or in the mirror's.
Result<Libraries> LoadAll(const DuetRequest& request) {
  std::vector<std::string> paths;
  for (const DuetJob& job : request.jobs) {
    for (const std::string& path : {job.base, job.candidate}) {
      if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
    }
  }
  if (request.reversed) std::ranges::reverse(paths);
  Libraries libraries;
  for (const std::string& path : paths) {
    ASSAY_ASSIGN_OR_RETURN(CaseLibrary library, CaseLibrary::LoadCopy(path));
    libraries.emplace(path, std::move(library));
  }
  return libraries;
}

bool SameOperands(const assay_case& a, const assay_case& b) {
  const auto same = [](const assay_operand& x, const assay_operand& y) {
    return x.type == y.type && x.elements == y.elements;
  };
  bool inputs = a.input_count == b.input_count;
  for (int32_t i = 0; inputs && i < a.input_count; ++i) inputs = same(a.inputs[i], b.inputs[i]);
  return inputs && same(a.output, b.output);
}

// The case in both builds. Error: one has none, or they cannot be compared.
Result<Both<const LibraryCase*>> Find(Libraries& libraries, const DuetJob& job,
                                      const Both<Side>& order) {
  Both<const LibraryCase*> found;
  for (const Side side : order) {
    const std::string& path = side == kBase ? job.base : job.candidate;
    const auto made = libraries.at(path).Make(job.case_name);
    if (!made.ok()) return Error(fmt::format("{}: {}", path, made.message()));
    found[side] = *made;
  }
  if (!SameOperands(*found[kBase], *found[kCandidate])) {
    return Error("the builds want different operands");
  }
  if (job.steps && (!found[kBase]->has_steps() || !found[kCandidate]->has_steps())) {
    return Error("a build does not tell its steps");
  }
  return found;
}

DuetResult Failed(const DuetJob& job, std::string why) {
  DuetResult result;
  result.case_name = job.case_name;
  result.error = std::move(why);
  return result;
}

}  // namespace

bool Mirrored(uint64_t seed, int process) {
  return ((std::mt19937_64(seed)() & 1) != 0) != (process % 2 != 0);
}

Result<DuetAnswer> RunDuet(const DuetRequest& request, Whereabouts* at) {
  ASSAY_ASSIGN_OR_RETURN(Libraries libraries, LoadAll(request));
  std::mt19937_64 random(request.seed);
  std::vector<size_t> order(request.jobs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  DuetAnswer answer;
  answer.results.resize(request.jobs.size());
  const std::optional<double> steal = measure::StealSeconds();
  for (size_t index : order) {
    const DuetJob& job = request.jobs[index];
    if (at != nullptr) at->Set(static_cast<int64_t>(index), Whereabouts::kNone);
    const auto found = Find(libraries, job, OrderOf(request));
    if (!found.ok()) {
      answer.results[index] = Failed(job, found.message());
      continue;
    }
    Pair pair(request, index, *found, at);
    answer.results[index] = pair.Run(random);
    answer.wall_s += pair.wall_s;
    answer.cpu_s += pair.cpu_s;
  }
  if (at != nullptr) at->Set(Whereabouts::kNone, Whereabouts::kNone);
  const std::optional<double> steal_now = measure::StealSeconds();
  if (steal && steal_now) answer.steal_s = *steal_now - *steal;
  return answer;
}

}  // namespace assay::gate
