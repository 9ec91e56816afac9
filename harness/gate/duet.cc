#include "harness/gate/duet.h"

#include <fmt/format.h>

#include <algorithm>
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

// One case, set up in both builds.
class Pair {
 public:
  Pair(const DuetJob& job, const DuetRequest& request, const assay_case& definition)
      : job_(job), request_(request), definition_(definition), operands_(definition, 1) {
    result_.case_name = job.case_name;
  }

  DuetResult Run(const LibraryCase& base, const LibraryCase& candidate, std::mt19937_64& random) {
    if (Status ready = SetUp(base, candidate); !ready.ok()) {
      result_.error = ready.message();
      return result_;
    }
    result_.base_variant = base_->variant();
    result_.candidate_variant = candidate_->variant();
    result_.changed_steps = ChangedSteps();
    result_.difference = Difference(definition_, OutputOf(*base_), OutputOf(*candidate_));
    if (!result_.difference.empty()) return result_;
    result_.iterations = job_.iterations > 0 ? job_.iterations : Calibrate();
    if (job_.steps) {
      const auto clock_s =
          definition_.threads == 1 ? measure::ThreadCpuSeconds : measure::MonotonicSeconds;
      result_.steps =
          TimeSteps(*base_, *candidate_, result_.iterations, request_.rounds, clock_s, random);
    } else {
      Time(random);
    }
    return result_;
  }

  double wall_s = 0, cpu_s = 0;

 private:
  Status SetUp(const LibraryCase& base, const LibraryCase& candidate) {
    const auto one = [&](const LibraryCase& from, std::optional<ReadyCase>& to) -> Status {
      ASSAY_ASSIGN_OR_RETURN(to, ReadyCase::SetUp(from, operands_.inputs(), operands_.output()));
      return {};
    };
    if (!request_.reversed) ASSAY_RETURN_IF_ERROR(one(base, base_));
    ASSAY_RETURN_IF_ERROR(one(candidate, candidate_));
    return request_.reversed ? one(base, base_) : Status();
  }

  std::vector<uint8_t> OutputOf(ReadyCase& ready) {
    operands_.Spoil();
    ready.Run(1);
    return operands_.Output();
  }

  // Steps that both builds have, and run by different variants.
  std::vector<std::string> ChangedSteps() const {
    std::vector<std::string> changed;
    for (const StepTimes& step : StepsOf(*base_, *candidate_)) {
      if (step.base_variant.empty() || step.candidate_variant.empty()) continue;
      if (step.base_variant == step.candidate_variant) continue;
      changed.push_back(
          fmt::format("{}: {} -> {}", step.name, step.base_variant, step.candidate_variant));
    }
    return changed;
  }

  // Seconds of a batch.
  double Batch(ReadyCase& ready, int64_t iterations) {
    const double wall = measure::MonotonicSeconds(), cpu = measure::ThreadCpuSeconds();
    ready.Run(iterations);
    const double cpu_took = measure::ThreadCpuSeconds() - cpu;
    const double wall_took = measure::MonotonicSeconds() - wall;
    wall_s += wall_took;
    cpu_s += cpu_took;
    return definition_.threads == 1 ? cpu_took : wall_took;
  }

  int64_t Calibrate() {
    int64_t iterations = 1;
    double seconds = Batch(*base_, iterations);
    while (seconds < request_.min_batch_s && iterations < kMaxIterations) {
      const double factor = request_.min_batch_s / std::max(seconds, 1e-9);
      iterations = std::min(
          kMaxIterations,
          std::max(iterations + 1, static_cast<int64_t>(std::ceil(static_cast<double>(iterations) *
                                                                  std::min(factor * 1.05, 8.0)))));
      seconds = Batch(*base_, iterations);
    }
    return iterations;
  }

  void Time(std::mt19937_64& random) {
    const auto more = static_cast<int64_t>(
        std::llround(static_cast<double>(result_.iterations) * job_.candidate_work));
    const auto base = [&] { return Batch(*base_, result_.iterations); };
    const auto candidate = [&] { return Batch(*candidate_, more); };
    // Discarded, in either order: who ran last finds its operands in the caches.
    if ((random() & 1) != 0) {
      base();
      candidate();
    } else {
      candidate();
      base();
    }
    const int64_t switches = measure::InvoluntarySwitches();
    std::vector<double> ratios, base_s, candidate_s;
    // Pairs of rounds are ABBA or BAAB, so that a drift within them cancels.
    bool base_first = false;
    for (int round = 0; round < request_.rounds; ++round) {
      base_first = round % 2 == 0 ? (random() & 1) != 0 : !base_first;
      double a, b;
      if (base_first) {
        a = base();
        b = candidate();
      } else {
        b = candidate();
        a = base();
      }
      base_s.push_back(a / static_cast<double>(result_.iterations));
      candidate_s.push_back(b / static_cast<double>(result_.iterations));
      ratios.push_back(std::log(b / a));
    }
    result_.involuntary_switches = measure::InvoluntarySwitches() - switches;
    result_.log_ratio = Median(ratios);
    result_.base_s = Median(base_s);
    result_.candidate_s = Median(candidate_s);
  }

  const DuetJob& job_;
  const DuetRequest& request_;
  const assay_case& definition_;
  Operands operands_;
  std::optional<ReadyCase> base_, candidate_;
  DuetResult result_;
};

using Libraries = std::map<std::string, CaseLibrary>;

Status LoadInto(Libraries& libraries, const std::string& path) {
  if (libraries.contains(path)) return {};
  ASSAY_ASSIGN_OR_RETURN(CaseLibrary library, CaseLibrary::LoadCopy(path));
  libraries.emplace(path, std::move(library));
  return {};
}

Result<Libraries> LoadAll(const DuetRequest& request) {
  Libraries libraries;
  for (const DuetJob& job : request.jobs) {
    ASSAY_RETURN_IF_ERROR(LoadInto(libraries, request.reversed ? job.candidate : job.base));
    ASSAY_RETURN_IF_ERROR(LoadInto(libraries, request.reversed ? job.base : job.candidate));
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

DuetResult Failed(const DuetJob& job, std::string why) {
  DuetResult result;
  result.case_name = job.case_name;
  result.error = std::move(why);
  return result;
}

}  // namespace

Result<DuetAnswer> RunDuet(const DuetRequest& request) {
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
    const auto base = libraries.at(job.base).Make(job.case_name);
    const auto candidate = libraries.at(job.candidate).Make(job.case_name);
    if (!base.ok() || !candidate.ok()) {
      answer.results[index] =
          Failed(job, base.ok() ? fmt::format("{}: {}", job.candidate, candidate.message())
                                : fmt::format("{}: {}", job.base, base.message()));
    } else if (!SameOperands(**base, **candidate)) {
      answer.results[index] = Failed(job, "the builds want different operands");
    } else if (job.steps && (!(*base)->has_steps() || !(*candidate)->has_steps())) {
      answer.results[index] = Failed(job, "a build does not tell its steps");
    } else {
      Pair pair(job, request, **base);
      answer.results[index] = pair.Run(**base, **candidate, random);
      answer.wall_s += pair.wall_s;
      answer.cpu_s += pair.cpu_s;
    }
  }
  const std::optional<double> steal_now = measure::StealSeconds();
  if (steal && steal_now) answer.steal_s = *steal_now - *steal;
  return answer;
}

}  // namespace assay::gate
