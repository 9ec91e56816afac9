// What is measured before a search, for strategies that want it (StrategyEntry::wants_facts).
#pragma once

#include "harness/tune/run_parts.h"
#include "harness/tune/strategy.h"
#include "kernels/base/status.h"

namespace assay::tune {

// Whether the run measures facts at all.
bool WantsFacts(const RunParts& parts);
// How many settings its facts are of.
size_t FactSettings(const RunParts& parts);
// Of operators, and of settings where the strategy chooses them. Weights and limit are not set.
// `trial_s` is what the baseline's evaluation took. After Material::Calibrate.
Result<ModelFacts> MeasureSearchFacts(const RunParts& parts, double trial_s);
// Sets what the configuration asks for: the limit, of a baseline of this accuracy, and the shares
// of latency and size, as Ranker::Cost weighs them; footprint goes with the size of the constants.
void SetGoal(const TuneConfig& config, double baseline_accuracy, ModelFacts& facts);

}  // namespace assay::tune
