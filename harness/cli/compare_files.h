// `assay compare A.json B.json`: records side by side.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "harness/compare/compare.h"
#include "harness/report/comparison.h"
#include "kernels/base/status.h"

namespace assay::cli {

// What the ways of comparing share.
struct CompareOutput {
  std::string json;  // FILE or "-"; "": none.
  bool markdown = false;

  bool silent() const { return json == "-"; }  // Stdout is for JSON.
};

struct CompareFilesOptions {
  std::vector<std::string> files;  // The baseline, then the candidates; "a,b": several of one side.
  std::string filter;
  bool across_machines = false;
  compare::CompareOptions compare;
  report::LineOrder order = report::LineOrder::kEffect;
};

// Declares --filter, --sort, --clock, --correction and --across-machines.
void AddCompareFiles(CLI::App& app, CompareFilesOptions& options);

Result<int> CompareFiles(const CompareFilesOptions& options, const CompareOutput& output);

}  // namespace assay::cli
