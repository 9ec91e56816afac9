#include "harness/gate/selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <utility>

#include "harness/gate/case_library.h"
#include "harness/gate/copy.h"
#include "harness/gate/record.h"
#include "harness/gate/suite.h"
#include "harness/measure/clock.h"

namespace assay::gate {
namespace {

// So many make 1 % more a whole iteration.
constexpr int64_t kSlowedIterations = 100;
constexpr int kProcessesPerLook = 20;

class Collector {
 public:
  explicit Collector(const SelftestOptions& options) : options_(options) {}

  Result<Selftest> Run() {
    const double start_s = measure::MonotonicSeconds();
    const std::string& library = options_.gate.base;
    ASSAY_ASSIGN_OR_RETURN(record_, Record::Open(options_.record, library));
    ASSAY_RETURN_IF_ERROR(TryToLoad(library, options_.gate.job_limit_s));
    Result<Copy> copy = Copy::Of(library);
    if (!copy.ok()) {
      record_.selftest.invalid = copy.message();
      return std::move(record_.selftest);
    }
    copy_ = *std::move(copy);
    ASSAY_RETURN_IF_ERROR(ChooseCases());
    for (const Condition condition : options_.conditions) {
      ASSAY_RETURN_IF_ERROR(Collect(condition));
      ASSAY_RETURN_IF_ERROR(Keep());
      if (record_.selftest.interrupted || !record_.selftest.invalid.empty()) break;
    }
    record_.selftest.seconds = measure::MonotonicSeconds() - start_s;
    return std::move(record_.selftest);
  }

 private:
  bool Stopped() {
    record_.selftest.interrupted |= options_.gate.stop && options_.gate.stop();
    return record_.selftest.interrupted;
  }

  Status Keep() const {
    return options_.record.empty() ? Status() : record_.Write(options_.record);
  }

  // The cases and their iterations: the record's, or measured.
  Status ChooseCases() {
    ASSAY_ASSIGN_OR_RETURN(const CaseLibrary library, CaseLibrary::Load(options_.gate.base));
    for (const LibraryCase& c : library.cases()) {
      if (c.has_steps()) with_steps_.insert(c.name);
    }
    if (record_.iterations.empty()) {
      ASSAY_RETURN_IF_ERROR(Calibrate(library));
      record_.cases = options_.cases;
    }
    std::vector<Timed> all, quick;
    for (const auto& [name, iterations] : record_.iterations) {
      all.emplace_back(iterations, name);
      if (iterations >= kControlIterations) quick.emplace_back(iterations, name);
    }
    if (quick.empty()) quick = all;
    std::ranges::sort(quick);
    if (record_.cases < all.size()) all = Across(quick, record_.cases);
    for (const auto& [iterations, name] : all) AddJob(name, 1, iterations);
    for (const auto& [count, name] : Across(quick, std::min(options_.slowed, record_.cases))) {
      const int64_t iterations = std::max(count, kSlowedIterations);
      for (const double work : options_.works) AddJob(name, work, iterations);
    }
    const auto& [count, control] = quick[quick.size() / 2];  // As the gate's.
    for (const double work : {1.0, options_.gate.sentinel_work}) {
      AddJob(control, work, std::max(count, kControlIterations));
    }
    return {};
  }

  using Timed = std::pair<int64_t, std::string>;  // Iterations of a batch, case.

  // At most n, from all parts of a sorted list.
  static std::vector<Timed> Across(const std::vector<Timed>& sorted, size_t n) {
    if (n >= sorted.size()) return sorted;
    std::vector<Timed> some;
    for (size_t i = 0; i < n; ++i) some.push_back(sorted[(2 * i + 1) * sorted.size() / (2 * n)]);
    return some;
  }

  void AddJob(const std::string& name, double work, int64_t iterations) {
    jobs_.push_back({name, options_.gate.base, copy_.path(), iterations, work});
  }

  Status Calibrate(const CaseLibrary& library) {
    ASSAY_ASSIGN_OR_RETURN(const Suite suite,
                           Suite::Make(options_.gate.suite, options_.gate.filter));
    DuetRequest request;
    request.rounds = 1;
    request.min_batch_s = options_.gate.min_batch_s;
    for (const assay_case& c : library.cases()) {
      if (suite.Has(c)) {
        request.jobs.push_back({c.name, options_.gate.base, copy_.path(), 0, 1});
      }
    }
    ASSAY_ASSIGN_OR_RETURN(const DuetAnswer answer,
                           RunDuetInChild(request, options_.gate.job_limit_s));
    for (const DuetResult& result : answer.results) {
      if (!result.error.empty() || !result.difference.empty()) continue;
      record_.iterations[result.case_name] = result.iterations;
    }
    if (!record_.iterations.empty()) return {};
    return Error(fmt::format("{} has no case that can be run and that the suite '{}' names",
                             options_.gate.base, options_.gate.suite));
  }

  // Pairs of processes, of which one is the mirror of the other, until there are enough.
  Status Collect(Condition condition) {
    if (Stopped()) return {};
    const Result<Neighbors> neighbors = Neighbors::Start(condition);
    if (!neighbors.ok()) {
      record_.selftest.invalid = neighbors.message();
      return {};
    }
    const double start_s = measure::MonotonicSeconds();
    double done = 0;
    while (done < 1) {
      Pair pair;
      const int number = record_.selftest.processes[condition] / 2;
      const bool looks_reversed = number % 2 != 0;
      for (const bool reversed : {looks_reversed, !looks_reversed}) {
        Result<DuetAnswer> answer = Process(number, reversed);
        if (Stopped()) return {};  // Also why there is no answer.
        if (!answer.ok()) {
          record_.selftest.invalid = answer.message();
          return {};
        }
        (reversed ? pair.reversed : pair.forward) = *std::move(answer);
      }
      record_.selftest.processes[condition] += 2;
      ASSAY_RETURN_IF_ERROR(Add(condition, pair, looks_reversed));
      if (record_.selftest.processes[condition] % kProcessesPerLook == 0) {
        ASSAY_RETURN_IF_ERROR(Keep());
      }
      done = std::max(done, Done(condition, measure::MonotonicSeconds() - start_s));
      if (options_.gate.progress) {
        options_.gate.progress(
            fmt::format("{}, {} processes", Name(condition), record_.selftest.processes[condition]),
            static_cast<int>(std::min(100.0, 100 * done)), 100);
      }
    }
    return {};
  }

  // Of a condition that has gone on for so long: the share of what there is to do.
  double Done(Condition condition, double gone_s) {
    if (options_.seconds > 0) {
      return gone_s * static_cast<double>(options_.conditions.size()) / options_.seconds;
    }
    const double of_time = gone_s / options_.most_s;
    // A look takes as long as a process where there is much to look at.
    if (record_.selftest.processes[condition] % kProcessesPerLook != 0) return of_time;
    const double bound = Certify(record_.selftest.observed[condition], options_.gate).AlarmBound();
    return std::max(of_time, options_.alarms / bound);
  }

  struct Pair {
    DuetAnswer forward, reversed;
  };

  Result<DuetAnswer> Process(int pair, bool reversed) {
    DuetRequest request = {.jobs = jobs_,
                           .rounds = options_.gate.rounds,
                           .min_batch_s = options_.gate.min_batch_s,
                           .seed = options_.gate.seed + static_cast<uint64_t>(pair),
                           .reversed = reversed};
    return RunDuetInChild(request, options_.gate.job_limit_s);
  }

  Status Add(Condition condition, const Pair& pair, bool looks_reversed) {
    Observations& observed = record_.selftest.observed[condition];
    const size_t cells = jobs_.size() - 2;  // The last two are the controls.
    if (observed.cells.empty()) observed.cells.resize(cells);
    bool same = observed.cells.size() == cells;
    for (size_t i = 0; same && i < cells; ++i) {
      const Cell& cell = observed.cells[i];
      same = cell.case_name.empty() ||
             (cell.case_name == jobs_[i].case_name && cell.work == jobs_[i].candidate_work);
    }
    if (!same) return Error(options_.record + ": recorded of other cases or slowdowns");
    for (size_t i = 0; i < jobs_.size(); ++i) {
      Stream* stream = i + 2 == jobs_.size()   ? &observed.null
                       : i + 1 == jobs_.size() ? &observed.sentinel
                                               : &observed.cells[i].observed;
      stream->forward.push_back(pair.forward.results[i].log_ratio);
      stream->reversed.push_back(pair.reversed.results[i].log_ratio);
      const DuetAnswer& looks = looks_reversed ? pair.reversed : pair.forward;
      stream->base_s.push_back(looks.results[i].base_s);
      stream->candidate_s.push_back(looks.results[i].candidate_s);
      if (i + 2 >= jobs_.size()) continue;
      Cell& cell = observed.cells[i];
      cell.case_name = jobs_[i].case_name;
      cell.work = jobs_[i].candidate_work;
      cell.steps = with_steps_.contains(cell.case_name);
      const auto iterations = static_cast<double>(jobs_[i].iterations);
      cell.truth = std::round(iterations * cell.work) / iterations;
    }
    return {};
  }

  const SelftestOptions& options_;
  Copy copy_;
  Record record_;
  std::vector<DuetJob> jobs_;
  std::set<std::string> with_steps_;  // Cases.
};

}  // namespace

Result<Selftest> RunSelftest(const SelftestOptions& options) { return Collector(options).Run(); }

}  // namespace assay::gate
