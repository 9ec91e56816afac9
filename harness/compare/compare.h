// Two or more records side by side: benchmarks matched by name, ratios, verdicts.
#pragma once

#include <optional>
#include <regex>
#include <span>
#include <string>
#include <vector>

#include "harness/compare/machines.h"
#include "harness/compare/sample.h"
#include "objectives/comparison.h"

namespace assay::compare {

// The files of one side: several are several processes of the same program.
struct Side {
  std::string name;  // As asked for: "a.json", "a1.json,a2.json".
  std::vector<BenchmarkFile> files;
};

struct CompareOptions {
  ClockChoice clock = ClockChoice::kAsTimed;
  std::optional<std::regex> filter = {};  // Searched for in names.
  ComparisonRules rules = {};
};

// One benchmark, on both sides.
struct Line {
  Sample baseline, candidate;
  Location log_ratio = {};  // ln(candidate / baseline)
  Judgement judgement = {};
  // Why there is no ratio, or no interval, or what was left out; "" where there is nothing to say.
  std::string note = {};

  const std::string& name() const { return baseline.name; }
  bool has_ratio() const { return std::isfinite(log_ratio.value); }
};

// A candidate against the baseline, lines in the baseline's order.
struct Contrast {
  std::string baseline, candidate;  // Names of the sides.
  std::vector<Line> lines = {};
  std::vector<std::string> only_in_baseline = {}, only_in_candidate = {};
  // Of the lines that have a ratio; its interval is unbounded unless all of theirs are known.
  Estimate geometric_mean = {};
  int64_t averaged = 0;
};

// Every side after the first against the first; all lines are judged together. Error: no benchmark
// is in both, or none is left by the filter.
Result<std::vector<Contrast>> Compare(std::span<const Side> sides, const CompareOptions& options);

// "MACHINE differs" sentences over all files, against the first: empty where all are one machine or
// nothing is known.
std::vector<std::string> MachineDifferences(std::span<const Side> sides);

}  // namespace assay::compare
