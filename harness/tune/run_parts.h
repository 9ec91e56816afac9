// RunParts: what one run of the tuner works with, made from its configuration.
#pragma once

#include <memory>

#include "harness/tune/config.h"
#include "harness/tune/crew.h"
#include "harness/tune/evaluator.h"
#include "harness/tune/material.h"
#include "harness/tune/measured_variants.h"
#include "harness/tune/ranker.h"
#include "harness/tune/strategy.h"
#include "harness/tune/tuner.h"
#include "harness/tune/workspace.h"
#include "kernels/base/status.h"

namespace assay::tune {

struct RunParts {
  const TuneConfig& config;
  const TuneEvents& events;
  Crew* crew;  // nullptr: none.
  const StrategyEntry* strategy = nullptr;
  std::unique_ptr<Ranker> ranker = {};
  std::unique_ptr<Material> material = {};
  std::unique_ptr<Workspace> workspace = {};
  std::unique_ptr<Evaluator> evaluator = {};
  std::unique_ptr<MeasuredVariants> variants = {};  // nullptr: none are asked for.

  // As of Tune. The arguments must outlive it. Error: the model, the data or the configuration is
  // wrong, or the workspace is in use.
  static Result<RunParts> Make(const TuneConfig& config, const TuneEvents& events, Crew* crew,
                               const VariantContest& contest);
};

}  // namespace assay::tune
