#include "harness/report/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "harness/report/terminal.h"

namespace assay::report {
namespace {

constexpr size_t kNameWidth = 32;

// The end of a long name tells more than its middle.
std::string Elided(const std::string& name) {
  if (name.size() <= kNameWidth) return name;
  const size_t head = kNameWidth / 4, tail = kNameWidth - head - 1;
  return name.substr(0, head) + "…" + name.substr(name.size() - tail);
}

// What a line costs, whatever it stands for.
struct Cost {
  double seconds = 0;
  int64_t macs = 0;
  int64_t bytes = 0;
  double peak_s = 0;
};

std::vector<std::string> Cells(const Cost& cost, double whole_s) {
  const bool timed = cost.seconds > 0;
  const auto rate = [&](double amount) {
    return timed && amount > 0 ? fmt::format("{:.1f}", amount / cost.seconds / 1e9) : "-";
  };
  return {FormatSeconds(cost.seconds),
          fmt::format("{:.1f} %", 100 * cost.seconds / whole_s),
          rate(2 * static_cast<double>(cost.macs)),
          timed && cost.peak_s > 0 ? fmt::format("{:.1f}", 100 * cost.peak_s / cost.seconds) : "-",
          FormatBytes(static_cast<double>(cost.bytes)),
          rate(static_cast<double>(cost.bytes))};
}

constexpr const char* kCostHeader[] = {"time", "share", "Gop/s", "% of peak", "moved", "GB/s"};

Table MakeTable(std::vector<std::string> header) {
  header.insert(header.end(), std::begin(kCostHeader), std::end(kCostHeader));
  return Table(std::move(header));
}

void AddRow(Table& table, std::vector<std::string> row, const Cost& cost, double whole_s) {
  const std::vector<std::string> cells = Cells(cost, whole_s);
  row.insert(row.end(), cells.begin(), cells.end());
  table.Add(std::move(row));
}

}  // namespace

std::string StepTable(const measure::Profile& profile, StepOrder order) {
  std::vector<size_t> indices(profile.steps.size());
  std::iota(indices.begin(), indices.end(), size_t{0});
  if (order == StepOrder::kTime) {
    std::ranges::sort(indices, std::greater(), [&](size_t i) { return profile.steps[i].seconds; });
  }
  Table table = MakeTable({"step", "operator", "kernel", "result"});
  const double sum_s = profile.sum_s();
  for (const size_t i : indices) {
    const measure::ProfiledStep& step = profile.steps[i];
    AddRow(table,
           {fmt::format("{:>3} {}", i, Elided(step.info.node)), step.info.op,
            step.info.variant.empty() ? "-" : step.info.variant, step.info.shape.ToString()},
           {step.seconds, step.info.macs, step.info.bytes,
            step.seconds * step.FractionOfPeak().value_or(0)},
           sum_s);
  }
  return table.ToString();
}

std::string OperatorTable(const measure::Profile& profile) {
  Table table = MakeTable({"operator", "steps"});
  const double sum_s = profile.sum_s();
  Cost sum;
  for (const measure::OperatorTotal& total : measure::TotalsByOperator(profile)) {
    AddRow(table, {total.op, std::to_string(total.steps)},
           {total.seconds, total.macs, total.bytes, total.peak_s}, sum_s);
    sum = {sum.seconds + total.seconds, sum.macs + total.macs, sum.bytes + total.bytes,
           sum.peak_s + total.peak_s};
  }
  AddRow(table, {"all", std::to_string(profile.steps.size())}, sum, sum_s);
  return table.ToString();
}

std::string SumLine(const measure::Profile& profile) {
  return fmt::format("sum of {} steps {}; whole runs {}; difference {:+.1f} %",
                     profile.steps.size(), FormatSeconds(profile.sum_s()),
                     FormatSeconds(profile.whole_s), 100 * profile.Difference());
}

}  // namespace assay::report
