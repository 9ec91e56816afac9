#include "bench/peers/json.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <sstream>

#include "bench/common/context.h"
#include "objectives/stats/order.h"

namespace assay::peers {
namespace {

using Row = benchmark::BenchmarkReporter::Run;

// "ratio_to_best_peer" where the contest is the problem's own, else "ratio_winograd" and the like.
std::string CounterOf(const Verdict& verdict) {
  if (verdict.contest == Name(verdict.race->problem.family)) return "ratio_to_best_peer";
  std::string name = "ratio_" + verdict.contest;
  for (char& letter : name) letter = letter == '/' ? '_' : letter;
  return name;
}

void Count(Row& row, const std::string& name, double value) {
  if (std::isfinite(value)) row.counters[name] = value;
}

Row RowOf(const Race& race, const Lane& lane, const std::vector<Verdict>& verdicts) {
  Row row;
  row.run_name.function_name = race.problem.ToString() + "/" + lane.name;
  row.family_index = row.per_family_instance_index = 0;
  row.statistics = nullptr;
  row.repetition_index = 0;
  row.repetitions = 1;
  row.threads = lane.role == Role::kOneThread ? 1 : race.threads;
  row.time_unit = benchmark::kMicrosecond;
  row.iterations = race.iterations;
  row.real_accumulated_time = Median(lane.wall_s) * static_cast<double>(race.iterations);
  row.cpu_accumulated_time = lane.median_s() * static_cast<double>(race.iterations);
  row.report_label = lane.detail;
  Count(row, "median_s", lane.median_s());
  Count(row, "spread", lane.spread());
  Count(row, "ops_per_s", 2 * static_cast<double>(race.problem.macs()) / lane.median_s());
  Count(row, "fraction_of_peak", race.FractionOfPeak(lane));
  Count(row, "rounds", static_cast<double>(lane.seconds.size()));
  Count(row, "saturates", lane.saturates);
  if (lane.role == Role::kChoice) Count(row, "pack_s", race.pack_s);
  for (const Verdict& verdict : verdicts) {
    if (verdict.ours != &lane) continue;
    const std::string name = CounterOf(verdict);
    Count(row, name, verdict.ratio.value);
    Count(row, name + "_lo", verdict.ratio.interval.lo);
    Count(row, name + "_hi", verdict.ratio.interval.hi);
  }
  return row;
}

}  // namespace

std::string ToJson(const std::vector<Race>& races, const std::vector<Verdict>& verdicts) {
  char name[] = "bench_peers";
  char* arguments[] = {name, nullptr};
  int count = 1;
  benchmark::Initialize(&count, arguments);
  bench::AddContext();
  std::vector<Row> rows;
  for (const Race& race : races) {
    for (const Lane& lane : race.lanes) {
      if (!lane.seconds.empty()) rows.push_back(RowOf(race, lane, verdicts));
    }
  }
  std::ostringstream text;
  benchmark::JSONReporter reporter;
  reporter.SetOutputStream(&text);
  reporter.SetErrorStream(&text);
  reporter.ReportContext(benchmark::BenchmarkReporter::Context());
  reporter.ReportRuns(rows);
  reporter.Finalize();
  return text.str();
}

}  // namespace assay::peers
