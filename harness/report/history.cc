#include "harness/report/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "harness/report/terminal.h"
#include "objectives/stats/geometric_mean.h"

namespace assay::report {
namespace {

using gate::Drift;
using gate::Series;
using Json = nlohmann::json;

constexpr double kLevel = 0.95;

// "+0.31 % [+0.12, +0.50]", of a logarithm.
std::string Change(const Location& logarithm) {
  const Estimate ratio = Exp(logarithm.At(kLevel));
  return fmt::format("{:+.2f} % [{:+.2f}, {:+.2f}]", 100 * (ratio.value - 1),
                     100 * (ratio.interval.lo - 1), 100 * (ratio.interval.hi - 1));
}

// "2026-11-28 3f2a1bc".
std::string Run(const gate::HistoryRun& run) {
  const std::time_t time = run.unix_time;
  std::tm utc = {};
  char day[16] = "?";
  if (gmtime_r(&time, &utc) != nullptr) std::strftime(day, sizeof(day), "%Y-%m-%d", &utc);
  return fmt::format("{} {}", day, run.revision);
}

// The run before the first of a change.
const gate::HistoryRun& Before(const Series& series, const Shift& shift) {
  return *series.runs[shift.first > 0 ? shift.first - 1 : 0];
}

std::string Sentence(const Series& series, const Shift& shift) {
  return fmt::format("{}: {} {} since {} (the run before: {}), found with {}\n", series.case_name,
                     shift.up() ? "slower by" : "faster by", Change(shift.size),
                     Run(*series.runs[shift.first]), Run(Before(series, shift)),
                     Run(*series.runs[shift.found]));
}

// Those with changes first.
std::vector<const Series*> Ordered(const Drift& drift) {
  std::vector<const Series*> ordered;
  for (const bool changed : {true, false}) {
    for (const Series& series : drift.series) {
      if (series.chart.shifts.empty() != changed) ordered.push_back(&series);
    }
  }
  return ordered;
}

Json ShiftJson(const Series& series, const Shift& shift) {
  const Estimate size = Exp(shift.size.At(kLevel));
  return {{"slower", shift.up()},
          {"size", size.value - 1},
          {"lo", size.interval.lo - 1},
          {"hi", size.interval.hi - 1},
          {"first", shift.first},
          {"found", shift.found},
          {"revision_before", Before(series, shift).revision},
          {"revision", series.runs[shift.first]->revision},
          {"revision_found", series.runs[shift.found]->revision}};
}

Json SeriesJson(const Series& series) {
  Json runs = Json::array(), shifts = Json::array();
  for (size_t r = 0; r < series.runs.size(); ++r) {
    const Estimate ratio = Exp(series.log_ratios[r].At(kLevel));
    const double z = series.chart.standardized[r];
    runs.push_back({{"revision", series.runs[r]->revision},
                    {"unix_time", series.runs[r]->unix_time},
                    {"slowdown", ratio.value - 1},
                    {"lo", ratio.interval.lo - 1},
                    {"hi", ratio.interval.hi - 1},
                    {"standardized", std::isnan(z) ? Json() : Json(z)},
                    {"up", series.chart.up[r]},
                    {"down", series.chart.down[r]}});
  }
  for (const Shift& shift : series.chart.shifts) shifts.push_back(ShiftJson(series, shift));
  return {{"case", series.case_name}, {"machine", series.machine},
          {"base", series.base},      {"between", series.chart.between},
          {"runs", std::move(runs)},  {"shifts", std::move(shifts)}};
}

}  // namespace

std::string DriftText(const Drift& drift, bool markdown) {
  Table table({"case", "base", "machine", "runs", "last", "changes"});
  std::string sentences;
  size_t changed = 0;
  for (const Series* series : Ordered(drift)) {
    const auto& shifts = series->chart.shifts;
    table.Add(
        {series->case_name, series->base, series->machine, std::to_string(series->runs.size()),
         Change(series->log_ratios.back()), std::to_string(shifts.size())},
        shifts.empty()       ? Color::kNone
        : shifts.back().up() ? Color::kRed
                             : Color::kGreen);
    for (const Shift& shift : shifts) sentences += Sentence(*series, shift);
    changed += !shifts.empty();
  }
  return (markdown ? table.ToMarkdown() : table.ToString()) + "\n" + sentences +
         fmt::format("{} of {} cases changed over the runs; sums beyond {:.2f} standard errors\n",
                     changed, drift.series.size(), drift.rules.threshold);
}

bool JustSlower(const Drift& drift) {
  return std::ranges::any_of(drift.series, [](const Series& series) {
    const auto& shifts = series.chart.shifts;
    return !shifts.empty() && shifts.back().up() && shifts.back().found + 1 == series.runs.size();
  });
}

Json DriftJson(const Drift& drift) {
  Json series = Json::array();
  for (const Series& s : drift.series) series.push_back(SeriesJson(s));
  return {{"schema", 1},
          {"slack", drift.rules.slack},
          {"threshold", drift.rules.threshold},
          {"level", kLevel},
          {"series", std::move(series)}};
}

}  // namespace assay::report
