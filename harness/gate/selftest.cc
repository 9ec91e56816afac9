#include "harness/gate/selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
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

class Collector {
 public:
  explicit Collector(const SelftestOptions& options) : options_(options) {}

  Result<Selftest> Run() {
    const double start_s = measure::MonotonicSeconds();
    const std::string& library = options_.gate.base;
    ASSAY_ASSIGN_OR_RETURN(record_, Record::Open(options_.record, library));
    ASSAY_ASSIGN_OR_RETURN(copy_, Copy::Of(library));
    ASSAY_RETURN_IF_ERROR(ChooseCases());
    const double share_s = options_.seconds / static_cast<double>(options_.conditions.size());
    for (const Condition condition : options_.conditions) {
      ASSAY_RETURN_IF_ERROR(Collect(condition, share_s));
      if (!options_.record.empty()) ASSAY_RETURN_IF_ERROR(record_.Write(options_.record));
      if (record_.selftest.interrupted) break;
    }
    record_.selftest.seconds = measure::MonotonicSeconds() - start_s;
    return std::move(record_.selftest);
  }

 private:
  bool Stopped() {
    record_.selftest.interrupted |= options_.gate.stop && options_.gate.stop();
    return record_.selftest.interrupted;
  }

  // The cases and their iterations: the record's, or measured.
  Status ChooseCases() {
    if (record_.iterations.empty()) {
      ASSAY_RETURN_IF_ERROR(Calibrate());
      record_.cases = options_.cases;
    }
    std::vector<std::pair<int64_t, std::string>> shortest;
    for (const auto& [name, iterations] : record_.iterations) {
      shortest.emplace_back(-iterations, name);
    }
    std::ranges::sort(shortest);
    shortest.resize(std::min(shortest.size(), record_.cases));
    for (const auto& [count, name] : shortest) AddJob(name, 1, -count);
    const size_t slowed = std::min(options_.slowed, shortest.size());
    for (size_t i = 0; i < slowed; ++i) {
      const int64_t iterations = std::max(-shortest[i].first, kSlowedIterations);
      for (const double work : options_.works) AddJob(shortest[i].second, work, iterations);
    }
    const auto& [count, control] = shortest[slowed / 2];
    for (const double work : {1.0, options_.gate.sentinel_work}) {
      AddJob(control, work, std::max(-count, kSlowedIterations));
    }
    return {};
  }

  void AddJob(const std::string& name, double work, int64_t iterations) {
    jobs_.push_back({name, options_.gate.base, copy_.path(), iterations, work});
  }

  Status Calibrate() {
    ASSAY_ASSIGN_OR_RETURN(const CaseLibrary library, CaseLibrary::Load(options_.gate.base));
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
    ASSAY_ASSIGN_OR_RETURN(const DuetAnswer answer, RunDuetInChild(request));
    for (const DuetResult& result : answer.results) {
      if (!result.error.empty() || !result.difference.empty()) continue;
      record_.iterations[result.case_name] = result.iterations;
    }
    if (!record_.iterations.empty()) return {};
    return Error(fmt::format("{} has no case that can be run and that the suite '{}' names",
                             options_.gate.base, options_.gate.suite));
  }

  // Pairs of processes, of which the second begins with the copy, until the time is over.
  Status Collect(Condition condition, double share_s) {
    if (Stopped()) return {};
    ASSAY_ASSIGN_OR_RETURN(const Neighbors neighbors, Neighbors::Start(condition));
    const double start_s = measure::MonotonicSeconds();
    double gone_s = 0;
    do {
      Pair pair;
      for (const bool reversed : {false, true}) {
        Result<DuetAnswer> answer = Process(condition, reversed);
        if (Stopped()) return {};  // Also why there is no answer.
        if (!answer.ok()) return answer.status();
        (reversed ? pair.second : pair.first) = *std::move(answer);
      }
      Add(condition, pair);
      gone_s = measure::MonotonicSeconds() - start_s;
      if (options_.gate.progress) {
        const auto percent = static_cast<int>(std::min(100.0, 100 * gone_s / share_s));
        options_.gate.progress(
            fmt::format("{}, {} processes", Name(condition), record_.selftest.processes[condition]),
            percent, 100);
      }
    } while (gone_s < share_s);
    return {};
  }

  using Pair = std::pair<DuetAnswer, DuetAnswer>;

  Result<DuetAnswer> Process(Condition condition, bool reversed) {
    const int number = record_.selftest.processes[condition]++;
    DuetRequest request = {.jobs = jobs_,
                           .rounds = options_.gate.rounds,
                           .min_batch_s = options_.gate.min_batch_s,
                           .seed = options_.gate.seed + static_cast<uint64_t>(number),
                           .reversed = reversed};
    return RunDuetInChild(request);
  }

  void Add(Condition condition, const Pair& pair) {
    Observations& observed = record_.selftest.observed[condition];
    observed.cells.resize(jobs_.size() - 2);  // The last two are the controls.
    for (size_t i = 0; i < jobs_.size(); ++i) {
      Stream* stream = i + 2 == jobs_.size()   ? &observed.null
                       : i + 1 == jobs_.size() ? &observed.sentinel
                                               : &observed.cells[i].observed;
      stream->forward.push_back(pair.first.results[i].log_ratio);
      stream->reversed.push_back(pair.second.results[i].log_ratio);
      if (i + 2 >= jobs_.size()) continue;
      Cell& cell = observed.cells[i];
      cell.case_name = jobs_[i].case_name;
      cell.work = jobs_[i].candidate_work;
      const auto iterations = static_cast<double>(jobs_[i].iterations);
      cell.truth = std::round(iterations * cell.work) / iterations;
    }
  }

  const SelftestOptions& options_;
  Copy copy_;
  Record record_;
  std::vector<DuetJob> jobs_;
};

}  // namespace

Result<Selftest> RunSelftest(const SelftestOptions& options) { return Collector(options).Run(); }

}  // namespace assay::gate
