// TrialRunner: makes models of plans, has them observed, and records what the objectives say.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "harness/quantize/config.h"
#include "harness/tune/run_parts.h"
#include "harness/tune/trial.h"
#include "kernels/base/status.h"

namespace assay::tune {

class TrialRunner {
 public:
  // `parts` must outlive it.
  explicit TrialRunner(const RunParts& parts) : parts_(parts) {}

  // Observes a plan in all passes (a hopeless one not in all).
  Result<TrialRecord> Run(int64_t index, const quantize::QuantPlan& plan) const;
  // A trial that was stopped, evaluated to its end.
  Result<TrialRecord> Complete(const TrialRecord& stopped) const;
  // Observes a trial on the samples that confirm.
  Status Confirm(const TrialRecord& trial) const;
  // What the objectives now say of a trial, in a record that has its index, plan and int8 share.
  TrialRecord Judge(TrialRecord record) const;
  // The candidate's file goes.
  void Clean() const;

 private:
  struct Candidate {
    Model model;
    std::map<std::string, double> recipe_s;
  };

  Result<Candidate> Make(int64_t index, const quantize::QuantPlan& plan) const;
  Status ObserveCost(int64_t index, const Model& model) const;

  const RunParts& parts_;
};

}  // namespace assay::tune
