// Google Benchmark's JSON, of any of its versions since 1.5 and of anybody's program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "kernels/base/status.h"

namespace assay::compare {

// A row that is a run, or a statistic of several ("mean", "median", "stddev"; those in percent and
// fits of complexity are left out).
struct BenchmarkRow {
  std::string name;       // Without the statistic.
  std::string statistic;  // "": a run.
  // Which registered benchmark; -1 where the file does not say. Two may have the same name.
  int64_t family = -1, instance = -1;
  int64_t threads = 1;
  int64_t repetitions = 1;       // Of a statistic: of how many runs.
  double real_s = 0, cpu_s = 0;  // NaN where there is no number.
  std::string failure;           // Why there is no time: what the benchmark said.
};

struct BenchmarkFile {
  std::string path;
  std::map<std::string, std::string> context;  // Lists and objects as JSON; empty where missing.
  std::vector<BenchmarkRow> rows;
};

// Error: a file that cannot be read, that is no JSON, or not this one, with what was expected.
Result<BenchmarkFile> ReadBenchmarkFile(const std::filesystem::path& file);
// The same of a text; `path` is what errors call it.
Result<BenchmarkFile> ParseBenchmarkJson(std::string_view text, const std::string& path);

}  // namespace assay::compare
