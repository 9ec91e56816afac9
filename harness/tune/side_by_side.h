// Several models by all objectives of one configuration, side by side.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "harness/tune/config.h"
#include "harness/tune/evaluator.h"
#include "harness/tune/trial.h"
#include "kernels/base/status.h"

namespace assay::tune {

struct SideBySide {
  // One per file, in order; those after the first have their change from the first.
  std::vector<ModelRecord> models;
  // What was observed of them, by name, sample by sample (series.h).
  nlohmann::json series;
};

// Latencies are taken in interleaved rounds of all. Error: as Evaluator's.
Result<SideBySide> EvaluateSideBySide(const TuneConfig& config,
                                      std::span<const std::filesystem::path> files,
                                      const Evaluator::Progress& progress = nullptr);

}  // namespace assay::tune
