// Profile: where the time of a model goes, step by step of its plan, inside the session that runs
// it: warm, inputs staged.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/engine/session.h"
#include "harness/measure/peak.h"
#include "harness/measure/runner.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::measure {

struct ProfiledStep {
  engine::StepInfo info;
  double seconds = 0;  // Mean over the middle half of the rounds.
  // Of all threads of the plan, in the arithmetic of this step (peak.h); nullopt where there are no
  // multiply-adds, or no loop to measure it with.
  std::optional<double> peak_ops_per_s;

  // A multiply-add counts as two. nullopt for a step without any.
  std::optional<double> OpsPerSecond() const;
  std::optional<double> FractionOfPeak() const;
};

struct Profile {
  std::vector<ProfiledStep> steps;  // In the order of the plan.
  double whole_s = 0;  // Of runs that no clock interrupts, in turns with the others: likewise.
  // The whole by round, of which whole_s is the mean of the middle half.
  std::vector<double> whole_by_round_s;
  int rounds = 0;  // Of two runs of each kind.

  double sum_s() const;
  // What the steps leave of the whole, or take beyond it: (sum - whole) / whole.
  double Difference() const { return (sum_s() - whole_s) / whole_s; }
};

// All steps of one operator.
struct OperatorTotal {
  std::string op;
  int64_t steps = 0;
  double seconds = 0;
  int64_t macs = 0;
  int64_t bytes = 0;
  double peak_s = 0;  // What its multiply-adds would take at the peak; 0 where that is unknown.
};

// The most time first.
std::vector<OperatorTotal> TotalsByOperator(const Profile& profile);

// The middle half are the rounds whose whole run is neither in the fastest nor in the slowest
// quarter. Their mean is as robust as a median; medians of steps would leave out what delays now
// this step and now that one, and sum to less than the whole: 3 % on a busy machine.
//
// Runs the session, whose plan is of one part (PlanOptions::kAllAtOnce), on all threads of its
// plan, with a look at the clock after every step, in turns with runs without. `options` say how
// long and how warm; a sample is one run where the timer can tell it. Error: the session's own, or
// an interruption before the second round.
Result<Profile> ProfileSteps(engine::Session& session, std::span<const TensorView> inputs,
                             std::span<const TensorView> outputs, RunnerOptions options = {});

struct ProfiledModel {
  engine::Session& session;
  std::span<const TensorView> inputs, outputs;
};

// The same of several models, which take turns in every round: what they differ in is no drift of
// the machine.
Result<std::vector<Profile>> ProfileInTurns(std::span<const ProfiledModel> models,
                                            RunnerOptions options = {});

}  // namespace assay::measure
