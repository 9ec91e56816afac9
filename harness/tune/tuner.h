// Tuner: searches the configurations of a model for the best one that meets the criterion.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/tune/config.h"
#include "harness/tune/crew.h"
#include "harness/tune/measured_variants.h"
#include "harness/tune/trial.h"
#include "kernels/base/status.h"
#include "objectives/multi_objective.h"

namespace assay::tune {

// What a run tells while it goes on; any may be empty.
struct TuneEvents {
  std::function<void(const std::string& what, int64_t done, int64_t total)> progress;
  std::function<void(const ModelRecord& baseline)> baseline;
  // Before the search, where an earlier run is continued: how many of its trials are finished.
  std::function<void(int64_t trials)> resumed;
  // After every trial: how many may still come, at most.
  std::function<void(const TrialRecord& trial, int64_t remaining)> trial;
};

struct TuneResult {
  TuneStatus status = TuneStatus::kBestEffort;
  bool interrupted = false;
  ModelRecord baseline;
  std::vector<TrialRecord> trials;
  std::optional<size_t> best;  // Index into trials; absent when there was no trial at all.
  Ranking ranking;
  // Winners on samples on which no trial was selected, in the order of the attempts; a winner that
  // is not confirmed gives way to the next. Empty where no such samples were asked for.
  std::vector<Confirmation> confirmations;
  // Of the best; nothing where it was not tried: best.onnx is fp32, or the run was interrupted.
  std::optional<bool> confirmed;
  std::vector<std::string> warnings;
  std::filesystem::path best_file;    // best.onnx
  std::filesystem::path result_file;  // result.json
  // variants.json, for ASSAY_TUNED; empty where no variants were measured.
  std::filesystem::path variants_file;

  int exit_code() const;
  // Of a trial; nullptr where it was not tried.
  const Confirmation* FindConfirmation(int64_t trial) const;
};

// Runs the whole search and writes best.onnx, trials.jsonl and result.json into the workspace.
// Under Ctrl-C it stops at the next whole step, and what it writes is whole; before the first trial
// it writes nothing. A run that was cut off in this workspace, even by SIGKILL, is continued:
// finished trials come from its journal. Files of a run that came to its end are kept as
// *.previous.*. Error: the model, the data or the configuration is wrong, or the disk is; the
// workspace is in use, or holds a run of something else (workspace.h).
// `crew`: processes that run samples along; nullptr: none. `contest`: needed where the
// configuration asks for measured variants.
Result<TuneResult> Tune(const TuneConfig& config, const TuneEvents& events, Crew* crew = nullptr,
                        const VariantContest& contest = nullptr);

}  // namespace assay::tune
