#include "harness/gate/bisect.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace assay::gate {
namespace {

enum class Found : uint8_t { kSlower, kNotSlower, kUnknown };

class Bisection {
 public:
  explicit Bisection(const BisectOptions& options) : options_(options) {}

  Result<BisectResult> Run() {
    ASSAY_ASSIGN_OR_RETURN(std::vector<std::string> commits,
                           CommitsBetween(options_.repository, options_.good, options_.bad));
    ASSAY_ASSIGN_OR_RETURN(good_, BuildCases(options_.repository, options_.good));
    ASSAY_ASSIGN_OR_RETURN(const Found last, Judge(commits.back()));
    if (last == Found::kUnknown) result_.undecided = why_;
    if (last != Found::kSlower || result_.interrupted) return result_;
    // The first slower one is in (good, bad]; `bad` is known to be.
    size_t good = 0, bad = commits.size() - 1;  // [good, bad]: indices that may be the first.
    std::vector<bool> skipped(commits.size(), false);
    while (good < bad && !result_.interrupted) {
      const std::optional<size_t> middle = Middle(good, bad, skipped);
      if (!middle) break;
      const Result<Found> found = Judge(commits[*middle]);
      if (result_.interrupted) break;
      if (!found.ok() || *found == Found::kUnknown) {
        if (!found.ok()) Tell(commits[*middle], found.message());
        skipped[*middle] = true;
      } else if (*found == Found::kSlower) {
        bad = *middle;
      } else {
        good = *middle + 1;
      }
    }
    result_.commit = commits[bad];
    for (size_t i = good; i < bad; ++i) {
      if (skipped[i]) result_.skipped.push_back(commits[i]);
    }
    return result_;
  }

 private:
  // The index nearest to the middle of [good, bad) that was not skipped.
  static std::optional<size_t> Middle(size_t good, size_t bad, const std::vector<bool>& skipped) {
    const size_t middle = good + (bad - good) / 2;
    std::optional<size_t> best;
    for (size_t i = good; i < bad; ++i) {
      const auto far = [&](size_t at) { return at > middle ? at - middle : middle - at; };
      if (!skipped[i] && (!best || far(i) < far(*best))) best = i;
    }
    return best;
  }

  Result<Found> Judge(const std::string& commit) {
    ASSAY_ASSIGN_OR_RETURN(const std::string library, BuildCases(options_.repository, commit));
    GateOptions gate = options_.gate;
    gate.base = good_;
    gate.candidate = library;
    for (int tries = 1;; ++tries) {
      ASSAY_ASSIGN_OR_RETURN(const GateReport report, RunGate(gate));
      ++result_.steps;
      result_.interrupted = report.interrupted;
      const Found found = FoundBy(report);
      result_.invalid = !report.invalid.empty();
      const double slowdown = report.cases.front().Slowdown(gate.rules.level).value;
      Tell(commit,
           found == Found::kUnknown
               ? fmt::format("not decided: {}", why_)
               : fmt::format("{} ({:+.2f} %)", found == Found::kSlower ? "slower" : "not slower",
                             100 * slowdown));
      const bool again = result_.invalid && tries < options_.tries && !report.interrupted;
      if (!again) return found;
      gate.seed += 1000;
    }
  }

  // Of an invalid run nothing is known, whatever it saw of the case.
  Found FoundBy(const GateReport& report) {
    why_ = report.interrupted                   ? "interrupted"
           : !report.invalid.empty()            ? report.invalid
           : report.any(CaseState::kDifferent)  ? "its outputs differ"
           : report.any(CaseState::kFailed)     ? report.cases.front().note
           : report.any(CaseState::kDied)       ? report.cases.front().note
           : report.any(CaseState::kLayoutOnly) ? ""
           : !report.any(CaseState::kJudged)    ? "the slowdown was not found again"
           : report.inconclusive()              ? "neither slower nor within the limit"
                                                : "";
    if (!why_.empty()) return Found::kUnknown;
    return report.regressed() ? Found::kSlower : Found::kNotSlower;
  }

  void Tell(const std::string& commit, const std::string& what) const {
    if (!options_.told) return;
    const Result<std::string> described = Describe(options_.repository, commit);
    options_.told(fmt::format("{}: {}", described.ok() ? *described : commit, what));
  }

  const BisectOptions& options_;
  std::string good_;
  std::string why_;  // The last step decided nothing.
  BisectResult result_;
};

}  // namespace

Result<BisectResult> Bisect(const BisectOptions& options) { return Bisection(options).Run(); }

}  // namespace assay::gate
