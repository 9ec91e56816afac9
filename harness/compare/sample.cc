#include "harness/compare/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "objectives/stats/order.h"
#include "objectives/stats/trimmed.h"

namespace assay::compare {
namespace {

Clock ClockOf(const BenchmarkRow& row, ClockChoice choice) {
  if (choice != ClockChoice::kAsTimed) {
    return choice == ClockChoice::kReal ? Clock::kReal : Clock::kCpu;
  }
  const bool real = row.name.find("/real_time") != std::string::npos ||
                    row.name.find("/manual_time") != std::string::npos || row.threads > 1;
  return real ? Clock::kReal : Clock::kCpu;
}

double Seconds(const BenchmarkRow& row, Clock clock) {
  return clock == Clock::kReal ? row.real_s : row.cpu_s;
}

// Names for the benchmarks of a file: a benchmark registered under a name that is taken gets a
// number.
class Names {
 public:
  std::string Of(const BenchmarkRow& row) {
    const auto key = std::tuple(row.name, row.family, row.instance);
    if (const auto known = names_.find(key); known != names_.end()) return known->second;
    const int number = ++count_[row.name];
    const std::string name = number == 1 ? row.name : fmt::format("{} #{}", row.name, number);
    return names_.emplace(key, name).first->second;
  }

 private:
  std::map<std::tuple<std::string, int64_t, int64_t>, std::string> names_;
  std::map<std::string, int> count_;
};

// The rows of one benchmark, as they are read.
struct Rows {
  std::string name;
  Clock clock = Clock::kCpu;
  std::vector<double> seconds = {};
  std::map<std::string, double> statistics = {};
  int64_t repetitions = 0;  // Behind the statistics.
  int64_t bad = 0;          // Runs without a positive time.
  std::string failure = {};
};

void Add(const BenchmarkRow& row, Rows& rows) {
  const double seconds = Seconds(row, rows.clock);
  if (!row.failure.empty()) {
    rows.failure = row.failure;
  } else if (!row.statistic.empty()) {
    rows.statistics[row.statistic] = seconds;
    rows.repetitions = row.repetitions;
  } else if (std::isfinite(seconds) && seconds > 0) {
    rows.seconds.push_back(seconds);
  } else {
    ++rows.bad;
  }
}

std::vector<Rows> Group(const BenchmarkFile& file, ClockChoice choice) {
  std::vector<Rows> groups;
  std::map<std::string, size_t> places;
  Names names;
  for (const BenchmarkRow& row : file.rows) {
    const std::string name = names.Of(row);
    const auto [place, is_new] = places.emplace(name, groups.size());
    if (is_new) groups.push_back({.name = name, .clock = ClockOf(row, choice)});
    Add(row, groups[place->second]);
  }
  return groups;
}

std::optional<double> Positive(const Rows& rows, const char* statistic) {
  const auto found = rows.statistics.find(statistic);
  if (found == rows.statistics.end() || !(found->second > 0)) return std::nullopt;
  return std::isfinite(found->second) ? std::optional(found->second) : std::nullopt;
}

std::string Problem(const Rows& rows) {
  if (!rows.failure.empty()) return rows.failure;
  if (rows.bad == 0) return "";
  return rows.bad == 1 ? "one of its times is no positive number"
                       : fmt::format("{} of its times are no positive numbers", rows.bad);
}

void SetRuns(Sample& sample, std::vector<double> seconds) {
  std::vector<double> logarithms;
  for (const double value : seconds) logarithms.push_back(std::log(value));
  sample.logarithm = TrimmedLocation(logarithms, 0);
  if (seconds.size() == 1) sample.logarithm = {.value = logarithms[0]};
  sample.median_s = Median(seconds);
  sample.seconds = std::move(seconds);
}

// The relative error of a mean is that of its logarithm, to first order.
void SetStatistics(Sample& sample, const Rows& rows) {
  const auto mean = Positive(rows, "mean"), median = Positive(rows, "median");
  sample.statistics = true;
  sample.median_s = median.value_or(mean.value_or(std::nan("")));
  sample.logarithm = {.value = std::log(mean.value_or(sample.median_s))};
  const auto deviation = rows.statistics.find("stddev");
  if (!mean || deviation == rows.statistics.end() || rows.repetitions < 2) return;
  if (!std::isfinite(deviation->second)) return;
  const double runs = static_cast<double>(rows.repetitions);
  sample.logarithm.standard_error = deviation->second / *mean / std::sqrt(runs);
  sample.logarithm.degrees_of_freedom = runs - 1;
}

Sample ToSample(const Rows& rows) {
  Sample sample{.name = rows.name, .clock = rows.clock};
  sample.median_s = std::nan("");
  sample.problem = Problem(rows);
  if (!rows.failure.empty()) return sample;
  sample.runs = static_cast<int64_t>(rows.seconds.size());
  if (!rows.seconds.empty()) {
    SetRuns(sample, rows.seconds);
  } else if (!rows.statistics.empty()) {
    sample.runs = rows.repetitions;
    SetStatistics(sample, rows);
  } else if (sample.problem.empty()) {
    sample.problem = "it has no time";
  }
  return sample;
}

std::vector<Sample> SamplesOfFile(const BenchmarkFile& file, ClockChoice choice) {
  std::vector<Sample> samples;
  for (const Rows& rows : Group(file, choice)) samples.push_back(ToSample(rows));
  return samples;
}

// Samples of the same name in several files, to one value of each.
Sample Merge(const std::vector<const Sample*>& parts) {
  Sample merged{.name = parts[0]->name, .clock = parts[0]->clock};
  merged.median_s = std::nan("");
  std::vector<double> medians;
  for (const Sample* part : parts) {
    if (!part->problem.empty()) merged.problem = part->problem;
    if (!(part->median_s > 0)) continue;
    medians.push_back(part->median_s);
    merged.runs += part->runs;
  }
  if (!medians.empty()) SetRuns(merged, std::move(medians));
  return merged;
}

}  // namespace

std::vector<Sample> Samples(std::span<const BenchmarkFile> files, ClockChoice choice) {
  if (files.size() == 1) return SamplesOfFile(files[0], choice);
  std::vector<std::vector<Sample>> by_file;
  for (const BenchmarkFile& file : files) by_file.push_back(SamplesOfFile(file, choice));
  std::vector<std::vector<const Sample*>> parts;
  std::map<std::string, size_t> places;
  for (const auto& samples : by_file) {
    for (const Sample& sample : samples) {
      const auto [place, is_new] = places.emplace(sample.name, parts.size());
      if (is_new) parts.emplace_back();
      parts[place->second].push_back(&sample);
    }
  }
  std::vector<Sample> merged;
  for (const auto& each : parts) merged.push_back(Merge(each));
  return merged;
}

}  // namespace assay::compare
