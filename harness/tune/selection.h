// Selection: which trial wins, and stands on samples on which no trial was selected.
#pragma once

#include <cstdint>
#include <set>

#include "harness/tune/run_parts.h"
#include "harness/tune/trial_runner.h"
#include "harness/tune/tuner.h"
#include "kernels/base/status.h"

namespace assay::tune {

class Selection {
 public:
  // All must outlive it. Confirmations go into the result.
  Selection(const RunParts& parts, const TrialRunner& runner, TuneResult& result)
      : parts_(parts), runner_(runner), result_(result) {}

  // Whether a winner is one on the samples that confirm as well, or there are none. `trials` are
  // those among which it was selected.
  Result<bool> Stands(int64_t index, int64_t trials);
  // Ranks the trials until the best of them stands, or none is left: ranking, status, best and
  // confirmed of the result. The closest of all, if it was stopped, is evaluated to its end.
  Status Rank();

 private:
  Status RankUntilOneStands();

  const RunParts& parts_;
  const TrialRunner& runner_;
  TuneResult& result_;
  std::set<int64_t> refuted_;  // Trials whose confirmation failed.
};

}  // namespace assay::tune
