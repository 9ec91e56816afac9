// Sample: what one side of a comparison knows of one benchmark.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/compare/benchmark_json.h"
#include "objectives/stats/location.h"

namespace assay::compare {

enum class Clock { kCpu, kReal };

// Which time is compared. kAsTimed: the one that the benchmark asked to be judged by: real time
// where its name ends in /real_time or /manual_time, or several threads worked; else CPU time.
enum class ClockChoice { kAsTimed, kCpu, kReal };

struct Sample {
  std::string name;  // With " #2" where a second benchmark of the file has the same name.
  Clock clock = Clock::kCpu;
  std::vector<double> seconds = {};  // Of every run; of several files, the median of each.
  // Of ln seconds; unknown error where there is a single run. Of statistics alone it is made from
  // their mean, standard deviation and number of runs.
  Location logarithm = {};
  double median_s = 0;       // NaN where there is no time at all.
  int64_t runs = 0;          // That are behind it, in all files.
  bool statistics = false;   // The file has no runs, only their statistics.
  std::string problem = {};  // Why there is no time, or what is left out of it; "": all is well.
};

// One side: the files of one or several processes of the same program, samples in the order of the
// first. With several files each counts as one value: what differs between processes is then in
// the scatter.
std::vector<Sample> Samples(std::span<const BenchmarkFile> files, ClockChoice choice);

}  // namespace assay::compare
