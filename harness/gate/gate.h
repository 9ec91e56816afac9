// Gate: judges a candidate build of a library of cases by the build before it, on this machine.
//
// First one process compares outputs and sets the batches. Then fresh processes, each a duet, until
// every case is decided or the last look is over (objectives/sequential.h); every other one is the
// mirror of the one before, in which the candidate comes first wherever the base did. What is
// slower by more than the limit must survive the correction for how many cases were looked at
// (Benjamini and Hochberg), and be found again by fresh processes, each the mirror of one of the
// first. In every process two controls run along: a copy of the base, which must come out alike,
// and the same copy with 3 % more work, which must be found. Where they do not, nothing is said of
// the candidate. Where the libraries differ in nothing but where code lies, no case is a
// regression. A regression of what is made of steps, such as a model, is attributed to them by more
// processes, in which both builds take turns with a look at the clock after every step.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/gate/code_change.h"
#include "harness/gate/duet.h"
#include "harness/gate/layers.h"
#include "kernels/base/status.h"
#include "objectives/sequential.h"

namespace assay::gate {

struct GateOptions {
  std::string base, candidate;  // Libraries.
  // "quick", "full", or a file of names, one per line; "": none but the models.
  std::string suite = "quick";
  std::string filter;               // A regular expression; only cases in which it is found.
  std::vector<std::string> models;  // ONNX files, which the libraries make cases of.
  GateRules rules;
  double model_limit = 0.02;      // Instead of that of the rules, where a case is made of steps.
  double false_discovery = 0.05;  // Of the correction.
  std::vector<int> confirming = {10, 20};  // Looks, in processes; and the share that must agree in
  double agreeing = 0.8;                   // sign.
  int attributing = 20;                    // Processes.
  double confirm_alpha = 0.01;             // Of these looks together.
  double sentinel_work = 1.03;             // At least; 2 % more than the limit.
  int rounds = 14;
  double min_batch_s = 4e-4;
  double job_limit_s = kJobLimit_s;  // Of one case in one process.
  uint64_t seed = 1;
  std::function<bool()> stop;
  // What is being done, processes done, and at most how many.
  std::function<void(const std::string& what, int done, int most)> progress;
};

// Of the batch of a control at least: fewer could not be raised by 3 %.
inline constexpr int64_t kControlIterations = 34;

// By which what is made of steps is judged, or what is not.
GateRules RulesOf(bool steps, const GateOptions& options);
// Whether the fresh processes up to one of the looks find a slowdown again that was suspected by
// these rules.
bool Confirms(std::span<const double> log_ratios, const GateRules& rules,
              const GateOptions& options);
// Whether the controls allow a conclusion: the copy is not apart, the injected slowdown is found.
bool ControlsHold(GateVerdict null, GateVerdict sentinel);

// What became of a case.
enum class CaseState : uint8_t {
  kJudged,         // See verdict.
  kNotReproduced,  // Slower at first, not found again.
  kLayoutOnly,     // Slower, confirmed, by the same code and data: where it lies does that.
  kDifferent,      // Outputs differ.
  kFailed,         // Could not be set up.
  kDied,           // A process crashed at it, or it was not ready in time.
  kNotConcluded,   // Timed, but the run is invalid or interrupted.
  kAdded,          // Only the candidate has it.
  kRemoved,        // Only the base has it.
};

struct CaseReport {
  std::string name;
  std::string model;   // The file that it was asked for by; "": listed by the libraries.
  bool steps = false;  // Made of them, in both builds.
  CaseState state = CaseState::kJudged;
  std::string note;  // Why it failed or died, or how outputs differ.
  GateVerdict verdict = GateVerdict::kInconclusive;
  std::vector<double> log_ratios;    // One per process.
  std::vector<double> confirmation;  // Likewise.
  // In which processes of either the base came first (duet.h).
  std::vector<bool> base_first, confirmation_base_first;
  std::vector<GateLook> looks;
  double p_regressed = 1, p_adjusted = 1;
  double base_s = 0, candidate_s = 0;  // Medians over processes, per iteration.
  int64_t iterations = 0;
  std::string base_variant, candidate_variant;
  std::vector<std::string> changed_steps;  // Run by other variants: "conv1: a -> b".
  Layers layers;                           // Of a regression, where the case has steps.

  bool dispatch_changed() const { return base_variant != candidate_variant; }
  // Slowdown, 0.02 being 2 %, with its interval.
  Estimate Slowdown(double level) const;
};

// By which a case is judged.
GateRules RulesOf(const CaseReport& c, const GateOptions& options);

struct Control {
  std::string name, case_name;
  double work = 1;  // Known ratio.
  GateVerdict verdict = GateVerdict::kInconclusive;
  std::vector<double> log_ratios;  // One per process; and whether the base came first there.
  std::vector<bool> base_first;
  Estimate Slowdown(double level, double trim) const;
};

struct GateReport {
  std::vector<CaseReport> cases;
  Control null, sentinel;
  CodeComparison code;  // Of the libraries; unknown, too, where they differ and nothing is slower.
  std::string invalid;  // Why nothing may be concluded; "": it may.
  int processes = 0;
  double seconds = 0;
  double steal_share = 0;     // Of the timed wall time, all CPUs.
  double cpu_share = 1;       // CPU time of the timed batches by their wall time.
  double switches_per_s = 0;  // Involuntary.
  bool interrupted = false;

  bool any(CaseState state) const;
  bool regressed() const;
  bool inconclusive() const;
};

// Error: a library cannot be loaded, the suite cannot be read, or no case is left.
Result<GateReport> RunGate(const GateOptions& options);

}  // namespace assay::gate
