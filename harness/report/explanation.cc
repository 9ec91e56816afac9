#include "harness/report/explanation.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "harness/report/terminal.h"

namespace assay::report {
namespace {

using tune::Account;
using tune::Explanation;
using tune::OperatorExplanation;

constexpr const char* kAbsent = "-";

std::string Signed(double value, std::string (*format)(double)) {
  return value < 0 ? "-" + format(-value) : format(value);
}

std::string Sqnr(double error) {
  return error > 0 ? fmt::format("{:.1f} dB", tune::Decibels(error)) : "exact";
}

bool IsShare(const Explanation& found) { return found.accuracy_info.unit.empty(); }

// Points of a share; else the metric's own unit.
std::string Accuracy(const Explanation& found, double change) {
  return IsShare(found) ? fmt::format("{:+.2f}", 100 * change) : fmt::format("{:+.3g}", change);
}

std::string Restored(const Explanation& found, const OperatorExplanation& row) {
  if (!row.restored) return kAbsent;
  const Estimate& change = row.restored->estimate;
  if (!std::isfinite(change.interval.lo)) return Accuracy(found, change.value);
  return fmt::format("{} [{}, {}]", Accuracy(found, change.value),
                     Accuracy(found, change.interval.lo), Accuracy(found, change.interval.hi));
}

std::vector<std::string> Cells(const Explanation& found, const OperatorExplanation& row) {
  const std::string borders =
      fmt::format("{} > {}", FormatSeconds(row.border_s), FormatSeconds(row.restored_border_s));
  std::vector<std::string> cells = {row.node, row.op_type, std::string(Name(row.precision))};
  if (row.precision == quantize::Precision::kFp32) {
    cells.insert(cells.end(), {kAbsent, kAbsent, kAbsent, kAbsent, kAbsent, borders});
    return cells;
  }
  cells.insert(cells.end(),
               {Sqnr(row.own_error), Sqnr(row.output_error), Restored(found, row),
                Signed(row.saved_s, FormatSeconds), Signed(row.saved_bytes, FormatBytes), borders});
  return cells;
}

std::string Agreement(const Account& account) {
  return account.Agrees() ? "the sum is within" : "the sum is NOT within";
}

}  // namespace

std::string ExplanationTable(const Explanation& found) {
  Table table({"node", "operator", "precision", "own SQNR", "output SQNR", "if restored",
               "time saved", "bytes saved", "borders"});
  for (const OperatorExplanation& row : found.operators) table.Add(Cells(found, row));
  return table.ToString();
}

std::string ExplanationSums(const Explanation& found) {
  std::string text;
  if (found.accuracy_account) {
    const Account& account = *found.accuracy_account;
    text +=
        fmt::format("accuracy  restored one by one {} in sum; fp32 is better by {} [{}, {}]: {}\n",
                    Accuracy(found, account.sum), Accuracy(found, account.whole.value),
                    Accuracy(found, account.whole.interval.lo),
                    Accuracy(found, account.whole.interval.hi), Agreement(account));
  }
  text += fmt::format(
      "time      operators {} - conversions {} + other steps {} = {} saved; whole {} [{}, {}] of "
      "{}{}: {}\n",
      Signed(found.time.sum + found.conversion_s - found.other_s, FormatSeconds),
      FormatSeconds(found.conversion_s), Signed(found.other_s, FormatSeconds),
      Signed(found.time.sum, FormatSeconds), Signed(found.time.whole.value, FormatSeconds),
      Signed(found.time.whole.interval.lo, FormatSeconds),
      Signed(found.time.whole.interval.hi, FormatSeconds), FormatSeconds(found.fp32_s),
      found.threads > 1 ? fmt::format(" on {} threads", found.threads) : "", Agreement(found.time));
  text += fmt::format("bytes     operators {} saved; whole {}; difference {:+.0f} B\n",
                      Signed(found.bytes_sum, FormatBytes), Signed(found.bytes_whole, FormatBytes),
                      found.bytes_sum - found.bytes_whole);
  text += fmt::format("error     of the output {} by the sum of the operators' noise; whole {}\n",
                      Sqnr(found.error_sum), Sqnr(found.error_whole));
  return text;
}

}  // namespace assay::report
