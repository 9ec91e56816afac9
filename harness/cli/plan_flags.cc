#include "harness/cli/plan_flags.h"

#include <fmt/format.h>

namespace assay::cli {

namespace {

// CLI::AsSizeValue takes "-1" for the largest of unsigned numbers.
std::string RefuseNegative(std::string& size) {
  return size.starts_with('-') ? fmt::format("found '{}', expected a size such as 0 or 8MiB", size)
                               : "";
}

}  // namespace

void AddWinogradBudget(CLI::App& app, std::optional<int64_t>& bytes) {
  CLI::AsSizeValue size(false);
  size.description("");
  CLI::Range range(int64_t{0}, int64_t{1} << 50);
  range.description("");
  app.add_option("--winograd-budget", bytes,
                 "Memory that the weights of one convolution, transformed for Winograd, may take "
                 "beyond the direct ones; 0 switches Winograd off. Default: 8MiB")
      ->type_name("SIZE")
      ->check(range)
      ->transform(size)
      ->transform(CLI::Validator(RefuseNegative, ""));  // The last one added comes first.
}

void OverrideWinogradBudget(std::optional<int64_t> bytes, std::vector<std::string>& overrides) {
  if (bytes) overrides.push_back(fmt::format("winograd_budget={}", *bytes));
}

}  // namespace assay::cli
