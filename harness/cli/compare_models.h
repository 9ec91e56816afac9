// `assay compare --models A.onnx B.onnx`: models side by side, live.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/compare_files.h"
#include "kernels/base/status.h"
#include "objectives/comparison.h"

namespace assay::cli {

struct CompareModelsOptions {
  std::vector<std::string> models;  // The first is the baseline.
  int64_t batch = 1;
};

// Declares --models and --batch.
void AddCompareModels(CLI::App& app, CompareModelsOptions& options);

// Times inferences of all in interleaved rounds for budget_s seconds, on the same inputs.
Result<int> CompareModels(const CompareModelsOptions& options, int threads, double budget_s,
                          const ComparisonRules& rules, const CompareOutput& output);

}  // namespace assay::cli
