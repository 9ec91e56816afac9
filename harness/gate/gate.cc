#include "harness/gate/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "harness/gate/case_library.h"
#include "harness/gate/copy.h"
#include "harness/gate/file_hash.h"
#include "harness/gate/shared_parts.h"
#include "harness/gate/suite.h"
#include "harness/measure/clock.h"
#include "objectives/stats/multiple.h"
#include "objectives/stats/order.h"
#include "objectives/stats/trimmed.h"

namespace assay::gate {
namespace {

Estimate SlowdownOf(const Location& location, double level) {
  Estimate estimate = location.At(level);
  for (double* value : {&estimate.value, &estimate.interval.lo, &estimate.interval.hi}) {
    *value = std::expm1(*value);
  }
  return estimate;
}

class Runner {
 public:
  explicit Runner(const GateOptions& options) : options_(options) {
    report_.null.name = "identical copy";
    report_.sentinel.name = "injected slowdown";
    // What must be found has to be beyond what is tolerated.
    report_.sentinel.work = std::max(options.sentinel_work, 1.02 + options.rules.limit);
  }

  Result<GateReport> Run() {
    const double start_s = measure::MonotonicSeconds();
    ASSAY_RETURN_IF_ERROR(ListCases());
    Judge();
    Conclude();
    report_.seconds = measure::MonotonicSeconds() - start_s;
    return std::move(report_);
  }

 private:
  void Judge() {
    Result<Copy> copy = Copy::Of(options_.base);
    if (!copy.ok()) {
      report_.invalid = copy.message();
      return;
    }
    copy_ = *std::move(copy);
    Preflight();
    Look();
    Correct();
    CheckControls();
    if (!report_.invalid.empty()) return;
    Confirm();
    ExcuseLayout();
    AttributeToLayers();
  }

  Status ListCases() {
    for (const std::string& library : {options_.base, options_.candidate}) {
      ASSAY_RETURN_IF_ERROR(TryToLoad(library, options_.job_limit_s));
    }
    ASSAY_ASSIGN_OR_RETURN(CaseLibrary base, CaseLibrary::Load(options_.base));
    ASSAY_ASSIGN_OR_RETURN(CaseLibrary candidate, CaseLibrary::Load(options_.candidate));
    const auto before = HashOf(options_.base), after = HashOf(options_.candidate);
    if (before.ok() && after.ok() && *before == *after) {  // Else it takes a second.
      report_.code = CompareCode(options_.base, options_.candidate);
    }
    if (std::string shared = SharedParts(options_.base, options_.candidate);
        options_.base != options_.candidate && !shared.empty()) {
      return Error(fmt::format("{} and {}: {}", options_.base, options_.candidate, shared));
    }
    ASSAY_RETURN_IF_ERROR(ListModels(base, candidate));
    if (options_.suite.empty()) return {};
    ASSAY_ASSIGN_OR_RETURN(const Suite suite, Suite::Make(options_.suite, options_.filter));
    for (const LibraryCase& c : candidate.cases()) {
      if (!suite.Has(c) || Listed(c.name)) continue;
      CaseReport& added = report_.cases.emplace_back();
      added.name = c.name;
      const LibraryCase* before = base.Find(c.name);
      if (before == nullptr) added.state = CaseState::kAdded;
      added.steps = before != nullptr && before->has_steps() && c.has_steps();
    }
    for (const LibraryCase& c : base.cases()) {
      if (!suite.Has(c) || candidate.Find(c.name) != nullptr) continue;
      CaseReport& removed = report_.cases.emplace_back();
      removed.name = c.name;
      removed.state = CaseState::kRemoved;
    }
    for (const std::string& name : suite.names()) {
      if (base.Find(name) == nullptr && candidate.Find(name) == nullptr) {
        return Error(fmt::format("suite '{}': neither {} nor {} has a case '{}'", options_.suite,
                                 options_.base, options_.candidate, name));
      }
    }
    if (std::ranges::none_of(report_.cases, Timed)) {
      return Error(fmt::format("{} and {} have no case in common that the suite '{}'{} names",
                               options_.base, options_.candidate, options_.suite,
                               options_.filter.empty() ? "" : " and the filter"));
    }
    return {};
  }

  bool Listed(std::string_view name) const {
    return std::ranges::find(report_.cases, name, &CaseReport::name) != report_.cases.end();
  }

  Status ListModels(CaseLibrary& base, CaseLibrary& candidate) {
    for (const std::string& file : options_.models) {
      const std::string name = "model:" + file;
      if (Listed(name)) continue;
      CaseReport& added = report_.cases.emplace_back();
      added.name = name;
      added.model = file;
      added.steps = true;
      for (auto& [library, path] :
           {std::pair(&base, options_.base), std::pair(&candidate, options_.candidate)}) {
        const auto made = library->Make(name);
        if (!made.ok()) return Error(fmt::format("{}: {}", path, made.message()));
        added.steps &= (*made)->has_steps();
      }
    }
    return {};
  }

  static bool Timed(const CaseReport& c) { return c.state == CaseState::kJudged; }
  bool Stopped() {
    report_.interrupted |= options_.stop && options_.stop();
    return report_.interrupted;
  }

  DuetJob JobOf(const CaseReport& c) const {
    return {c.name, options_.base, options_.candidate, c.iterations, 1};
  }

  // The process of this number among the looks; in a confirmation its mirror.
  std::optional<DuetAnswer> Process(std::vector<CaseReport*>& cases, int number, bool confirming) {
    return Process(cases, options_.seed + static_cast<uint64_t>(number / 2),
                   Mirrored(options_.seed, number) != confirming, options_.rounds);
  }

  // One process for the given cases, and the controls where they are known. A case that it died of
  // is taken out of them, and another process does the others. nullopt: the run is invalid or
  // interrupted.
  std::optional<DuetAnswer> Process(std::vector<CaseReport*>& cases, uint64_t seed, bool reversed,
                                    int rounds) {
    std::erase_if(cases, [](const CaseReport* c) { return !Timed(*c); });
    while (report_.invalid.empty() && !Stopped()) {
      if (cases.empty() && control_iterations_ == 0) return DuetAnswer();
      const DuetRequest request = RequestOf(cases, seed, reversed, rounds);
      DuetDeath death;
      Result<DuetAnswer> answer = RunDuetInChild(request, options_.job_limit_s, &death);
      ++report_.processes;
      if (answer.ok()) return *std::move(answer);
      if (Stopped()) break;
      if (death.job && *death.job < cases.size()) {
        CaseReport& c = *cases[*death.job];
        c.state = CaseState::kDied;
        c.note = death.why;
        cases.erase(cases.begin() + static_cast<std::ptrdiff_t>(*death.job));
      } else {
        report_.invalid =
            (death.job ? "a control of the base: " : "no case was at work: ") + answer.message();
      }
    }
    return std::nullopt;
  }

  DuetRequest RequestOf(const std::vector<CaseReport*>& cases, uint64_t seed, bool reversed,
                        int rounds) const {
    DuetRequest request;
    for (const CaseReport* c : cases) request.jobs.push_back(JobOf(*c));
    if (control_iterations_ > 0) {
      for (double work : {report_.null.work, report_.sentinel.work}) {
        request.jobs.push_back(
            {report_.null.case_name, options_.base, copy_.path(), control_iterations_, work});
      }
    }
    request.rounds = rounds;
    request.min_batch_s = options_.min_batch_s;
    request.seed = seed;
    request.reversed = reversed;
    return request;
  }

  // Compares outputs and sets the iterations; picks the case of the controls.
  void Preflight() {
    std::vector<CaseReport*> cases;
    for (CaseReport& c : report_.cases) {
      if (Timed(c)) cases.push_back(&c);
    }
    if (options_.progress) options_.progress("comparing outputs", 0, 1);
    const std::optional<DuetAnswer> answer = Process(cases, options_.seed, false, 1);
    if (!answer) return;
    std::vector<std::pair<int64_t, const CaseReport*>> by_iterations;
    for (size_t i = 0; i < cases.size(); ++i) {
      const DuetResult& result = answer->results[i];
      CaseReport& c = *cases[i];
      c.iterations = result.iterations;
      c.base_variant = result.base_variant;
      c.candidate_variant = result.candidate_variant;
      c.changed_steps = result.changed_steps;
      c.note = result.error + result.difference;
      if (!result.error.empty()) c.state = CaseState::kFailed;
      if (!result.difference.empty()) c.state = CaseState::kDifferent;
      if (Timed(c)) by_iterations.emplace_back(c.iterations, &c);
    }
    std::ranges::sort(by_iterations);
    std::erase_if(by_iterations, [](const auto& c) { return c.first < kControlIterations; });
    if (!by_iterations.empty()) {
      const auto& [iterations, chosen] = by_iterations[by_iterations.size() / 2];
      report_.null.case_name = report_.sentinel.case_name = chosen->name;
      control_iterations_ = iterations;
    } else if (const auto first = std::ranges::find_if(report_.cases, Timed);
               first != report_.cases.end()) {  // Longer batches, of the controls alone.
      report_.null.case_name = report_.sentinel.case_name = first->name;
      control_iterations_ = kControlIterations;
    }
  }

  void Add(const DuetAnswer& answer, const std::vector<CaseReport*>& cases, bool confirming) {
    for (size_t i = 0; i < cases.size(); ++i) {
      const DuetResult& result = answer.results[i];
      CaseReport& c = *cases[i];
      if (!result.error.empty() || !result.difference.empty()) {  // Not in the first process.
        c.state = result.error.empty() ? CaseState::kDifferent : CaseState::kFailed;
        c.note = result.error + result.difference;
        continue;
      }
      (confirming ? c.confirmation : c.log_ratios).push_back(result.log_ratio);
      (confirming ? c.confirmation_base_first : c.base_first).push_back(result.base_first);
      base_s_[&c].push_back(result.base_s);
      candidate_s_[&c].push_back(result.candidate_s);
      switches_ += result.involuntary_switches;
    }
    if (answer.results.size() == cases.size() + 2) {
      for (Control* control : {&report_.null, &report_.sentinel}) {
        const size_t index = cases.size() + (control == &report_.null ? 0 : 1);
        control->log_ratios.push_back(answer.results[index].log_ratio);
        control->base_first.push_back(answer.results[index].base_first);
      }
    }
    wall_s_ += answer.wall_s;
    cpu_s_ += answer.cpu_s;
    steal_s_ += answer.steal_s;
  }

  // Processes up to each look, of what is undecided then.
  void Look() {
    const int most = options_.rules.looks.back();
    int done = 0;
    for (int until : options_.rules.looks) {
      std::vector<CaseReport*> undecided;
      for (CaseReport& c : report_.cases) {
        if (Timed(c) && c.verdict == GateVerdict::kInconclusive) undecided.push_back(&c);
      }
      const bool controls_open = control_iterations_ > 0 && !ControlsDecided();
      if (undecided.empty() && !controls_open) return;
      for (; done < until && !Stopped(); ++done) {
        if (options_.progress) {
          options_.progress(fmt::format("{} cases", undecided.size()), done, most);
        }
        const std::optional<DuetAnswer> answer = Process(undecided, done, false);
        if (!answer) return;
        Add(*answer, undecided, false);
      }
      if (report_.interrupted) return;
      for (CaseReport* c : undecided) {
        if (!Timed(*c)) continue;
        const GateRules rules = RulesOf(*c, options_);
        c->looks.push_back(LookAt(c->log_ratios, rules));
        c->verdict = Decide(c->looks.back(), rules, until == most);
      }
      for (Control* control : {&report_.null, &report_.sentinel}) {
        if (control->verdict != GateVerdict::kInconclusive) continue;
        control->verdict =
            Decide(LookAt(control->log_ratios, options_.rules), options_.rules, until == most);
      }
    }
  }

  bool ControlsDecided() const {
    return report_.null.verdict != GateVerdict::kInconclusive &&
           report_.sentinel.verdict != GateVerdict::kInconclusive;
  }

  // What the correction for many cases does not leave is not regressed.
  void Correct() {
    std::vector<CaseReport*> judged;
    std::vector<double> p;
    for (CaseReport& c : report_.cases) {
      if (!Timed(c) || c.looks.empty()) continue;
      c.p_regressed = PRegressed(c.looks, RulesOf(c, options_));
      judged.push_back(&c);
      p.push_back(c.p_regressed);
    }
    const std::vector<double> adjusted = BenjaminiHochberg(p);
    for (size_t i = 0; i < judged.size(); ++i) {
      judged[i]->p_adjusted = adjusted[i];
      if (judged[i]->verdict == GateVerdict::kRegressed && adjusted[i] > options_.false_discovery) {
        judged[i]->verdict = GateVerdict::kInconclusive;
      }
    }
  }

  void Confirm() {
    std::vector<CaseReport*> open;
    for (CaseReport& c : report_.cases) {
      if (Timed(c) && c.verdict == GateVerdict::kRegressed) open.push_back(&c);
    }
    int done = 0;
    for (const int look : options_.confirming) {
      for (; done < look && !open.empty() && !Stopped(); ++done) {
        if (options_.progress) {
          options_.progress(fmt::format("confirming {} cases", open.size()), done,
                            options_.confirming.back());
        }
        const std::optional<DuetAnswer> answer = Process(open, done, true);
        if (!answer) return;
        Add(*answer, open, true);
      }
      if (report_.interrupted) return;
      std::erase_if(open, [&](const CaseReport* c) { return !Timed(*c) || Confirmed(*c); });
    }
    for (CaseReport* c : open) c->state = CaseState::kNotReproduced;
  }

  bool Confirmed(const CaseReport& c) const {
    return Confirms(c.confirmation, RulesOf(c, options_), options_);
  }

  // What equal code does is no regression.
  void ExcuseLayout() {
    if (report_.interrupted || !report_.regressed()) return;
    report_.code = CompareCode(options_.base, options_.candidate);
    if (!report_.code.layout_only()) return;
    for (CaseReport& c : report_.cases) {
      if (Timed(c) && c.verdict == GateVerdict::kRegressed) c.state = CaseState::kLayoutOnly;
    }
  }

  // Which steps make a case slower that is.
  void AttributeToLayers() {
    std::vector<CaseReport*> slower;
    for (CaseReport& c : report_.cases) {
      if (Timed(c) && c.verdict == GateVerdict::kRegressed && c.steps) slower.push_back(&c);
    }
    std::vector<std::vector<std::vector<StepTimes>>> steps(slower.size());  // By process.
    for (int i = 0; i < options_.attributing && !slower.empty() && !Stopped(); ++i) {
      if (options_.progress) options_.progress("layers", i, options_.attributing);
      DuetRequest request{.jobs = {},
                          .rounds = options_.rounds,
                          .seed = options_.seed + static_cast<uint64_t>(report_.processes),
                          .reversed = i % 2 != 0};
      for (const CaseReport* c : slower) {
        request.jobs.push_back(JobOf(*c));
        request.jobs.back().steps = true;
      }
      Result<DuetAnswer> answer = RunDuetInChild(request, options_.job_limit_s);
      ++report_.processes;
      if (!answer.ok()) {  // What was found stays found.
        for (CaseReport* c : slower) c->note = "layers cannot be timed: " + answer.message();
        return;
      }
      for (size_t k = 0; k < slower.size(); ++k) {
        std::vector<StepTimes>& of_process = answer->results[k].steps;
        // Of a build whose steps are others every time, no step can be told.
        const size_t count = steps[k].empty() ? of_process.size() : steps[k][0].size();
        if (count > 0 && of_process.size() == count) steps[k].push_back(std::move(of_process));
      }
    }
    for (size_t k = 0; k < slower.size(); ++k) {
      slower[k]->layers = Attribute(steps[k], options_.rules.level);
    }
  }

  void TellOfMachine() {
    report_.cpu_share = wall_s_ > 0 ? cpu_s_ / wall_s_ : 1;
    report_.steal_share = wall_s_ > 0 ? steal_s_ / wall_s_ : 0;
    report_.switches_per_s = wall_s_ > 0 ? static_cast<double>(switches_) / wall_s_ : 0;
  }

  void CheckControls() {
    TellOfMachine();
    if (report_.interrupted || !report_.invalid.empty() || control_iterations_ == 0) return;
    const GateVerdict null = report_.null.verdict;
    if (ControlsHold(null, report_.sentinel.verdict)) return;
    const bool apart = null == GateVerdict::kRegressed || null == GateVerdict::kImproved;
    report_.invalid = fmt::format(
        "{}: steal {:.1f} % of the timed seconds, {:.0f} % of them on a CPU, {:.0f} involuntary "
        "switches per second",
        apart ? fmt::format("an identical copy came out {}", Name(null))
              : fmt::format("{:.3g} % more work was not found", 100 * (report_.sentinel.work - 1)),
        100 * report_.steal_share, 100 * report_.cpu_share, report_.switches_per_s);
  }

  void Conclude() {
    TellOfMachine();
    for (CaseReport& c : report_.cases) {
      if (!base_s_[&c].empty()) {
        c.base_s = Median(base_s_[&c]);
        c.candidate_s = Median(candidate_s_[&c]);
      }
      const bool open = report_.interrupted || !report_.invalid.empty();
      if (open && Timed(c)) c.state = CaseState::kNotConcluded;
    }
  }

  const GateOptions& options_;
  Copy copy_;
  GateReport report_;
  int64_t control_iterations_ = 0;
  std::map<const CaseReport*, std::vector<double>> base_s_, candidate_s_;
  int64_t switches_ = 0;
  double wall_s_ = 0, cpu_s_ = 0, steal_s_ = 0;
};

}  // namespace

bool Confirms(std::span<const double> log_ratios, const GateRules& rules,
              const GateOptions& options) {
  const auto slower = std::ranges::count_if(log_ratios, [](double ratio) { return ratio > 0; });
  const double alpha = options.confirm_alpha / static_cast<double>(options.confirming.size());
  return LookAt(log_ratios, rules).p_regressed < alpha &&
         static_cast<double>(slower) >= options.agreeing * static_cast<double>(log_ratios.size());
}

bool ControlsHold(GateVerdict null, GateVerdict sentinel) {
  return null != GateVerdict::kRegressed && null != GateVerdict::kImproved &&
         sentinel == GateVerdict::kRegressed;
}

GateRules RulesOf(bool steps, const GateOptions& options) {
  GateRules rules = options.rules;
  if (steps) rules.limit = options.model_limit;
  return rules;
}

GateRules RulesOf(const CaseReport& c, const GateOptions& options) {
  return RulesOf(c.steps, options);
}

Estimate CaseReport::Slowdown(double level) const {
  return looks.empty() ? SlowdownOf(Location(), level) : SlowdownOf(looks.back().log_ratio, level);
}

Estimate Control::Slowdown(double level, double trim) const {
  return SlowdownOf(TrimmedLocation(log_ratios, trim), level);
}

bool GateReport::any(CaseState state) const {
  return std::ranges::any_of(cases, [&](const CaseReport& c) { return c.state == state; });
}

bool GateReport::regressed() const {
  return std::ranges::any_of(cases, [](const CaseReport& c) {
    return c.state == CaseState::kJudged && c.verdict == GateVerdict::kRegressed;
  });
}

bool GateReport::inconclusive() const {
  return std::ranges::any_of(cases, [](const CaseReport& c) {
    return c.state == CaseState::kNotReproduced ||
           (c.state == CaseState::kJudged && c.verdict == GateVerdict::kInconclusive);
  });
}

Result<GateReport> RunGate(const GateOptions& options) { return Runner(options).Run(); }

}  // namespace assay::gate
