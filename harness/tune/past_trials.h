// PastTrials: the finished trials of a run that was cut off, as its journal has them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/quantize/config.h"
#include "harness/tune/measured_variants.h"
#include "harness/tune/series.h"
#include "harness/tune/strategy.h"
#include "harness/tune/trial.h"
#include "harness/tune/workspace.h"
#include "kernels/base/status.h"

namespace assay::tune {

// Trials are counted from 1. An error names the journal's line.
class PastTrials {
 public:
  PastTrials() = default;
  PastTrials(EarlierRun run, std::filesystem::path journal)
      : run_(std::move(run)), journal_(std::move(journal)) {}

  int64_t count() const { return std::ssize(run_.trials); }
  int64_t journal_bytes() const { return run_.journal_bytes; }
  bool Has(int64_t trial) const { return trial <= count(); }

  // What its trials were timed with goes before what a cache says by now.
  Status RestoreVariants(MeasuredVariants& variants) const;
  // What was observed in a trial; in the first one also of the baseline.
  Status RestoreSeries(int64_t trial, const Objectives& objectives) const;
  // Of the first trial's line: what measured variants the baseline had, and the facts.
  Result<std::vector<measure::TunedShape>> BaselineVariants() const;
  // Likewise: what classes it predicted; none where it predicts none, or the line has none.
  Result<std::vector<int64_t>> BaselineClasses() const;
  Result<ModelFacts> Facts(const std::vector<quantize::QuantizableOp>& ops, size_t settings) const;
  // The record as far as objectives do not tell it. Error: it is not the trial of this plan, which
  // the strategy proposes again.
  Result<TrialRecord> Record(int64_t trial, const quantize::QuantPlan& plan,
                             const std::string& strategy) const;

 private:
  const nlohmann::json& Line(int64_t trial) const {
    return run_.trials[static_cast<size_t>(trial - 1)];
  }
  Status BadLine(int64_t trial, const std::string& why) const;
  bool IsOf(int64_t trial, const quantize::QuantPlan& plan) const;

  EarlierRun run_;
  std::filesystem::path journal_;
};

}  // namespace assay::tune
