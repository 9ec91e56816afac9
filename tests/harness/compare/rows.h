// Texts of Google Benchmark's JSON.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "harness/compare/compare.h"

namespace assay::compare {

inline std::string Record(const std::vector<std::string>& rows, const std::string& context = "{}") {
  return fmt::format("{{\"context\": {}, \"benchmarks\": [{}]}}", context, fmt::join(rows, ","));
}

// A run as 1.7 writes it; CPU time is half of real time.
inline std::string OneRun(const std::string& name, double nanoseconds, int repetition = 0,
                          int family = 0) {
  return fmt::format(
      R"({{"name": "{0}", "family_index": {3}, "per_family_instance_index": 0, "run_name": "{0}",)"
      R"("run_type": "iteration", "repetitions": 3, "repetition_index": {2}, "threads": 1,)"
      R"("iterations": 100, "real_time": {1}, "cpu_time": {4}, "time_unit": "ns"}})",
      name, nanoseconds, repetition, family, nanoseconds / 2);
}

inline std::string Statistic(const std::string& name, const std::string& statistic, double value,
                             const std::string& unit = "ns") {
  return fmt::format(
      R"({{"name": "{0}_{1}", "run_name": "{0}", "run_type": "aggregate", "repetitions": 4,)"
      R"("family_index": 0, "per_family_instance_index": 0,)"
      R"("aggregate_name": "{1}", "threads": 1, "real_time": {2}, "cpu_time": {2},)"
      R"("time_unit": "{3}"}})",
      name, statistic, value, unit);
}

inline BenchmarkFile Parse(const std::string& text, const std::string& path = "a.json") {
  return *ParseBenchmarkJson(text, path);
}

inline std::vector<std::string> Runs(const std::string& name, const std::vector<double>& times,
                                     int family = 0) {
  std::vector<std::string> rows;
  for (size_t i = 0; i < times.size(); ++i) {
    rows.push_back(OneRun(name, times[i], static_cast<int>(i), family));
  }
  return rows;
}

}  // namespace assay::compare
