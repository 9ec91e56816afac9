// `assay compare --kernels SHAPE`: kernel variants side by side, live.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/compare_files.h"
#include "kernels/base/status.h"
#include "objectives/comparison.h"

namespace assay::cli {

struct CompareKernelsOptions {
  std::vector<std::string> shapes;
  std::string file;                    // Of more shapes; "": none.
  std::optional<double> most_percent;  // Dispatch's pick may be slower than the best by so much.
  std::vector<std::string> variants;
  std::optional<std::string> peers;  // A library of them; "": the one beside this program.
  bool warm_only = false;
  double budget_s = 3;
  std::optional<int64_t> winograd_bytes;
};

// Declares --kernels, --shapes, --assert-dispatch, --variants, --peers, --warm, --budget and
// --winograd-budget.
void AddCompareKernels(CLI::App& app, CompareKernelsOptions& options);

Result<int> CompareKernels(const CompareKernelsOptions& options, int threads,
                           const ComparisonRules& rules, const CompareOutput& output);

}  // namespace assay::cli
