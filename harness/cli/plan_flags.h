// Flags that decide how a plan is made, the same for every command that has them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::cli {

// `--winograd-budget SIZE`, KernelOptions::winograd_bytes: "0", "8MiB". Unset: the default.
void AddWinogradBudget(CLI::App& app, std::optional<int64_t>& bytes);
// The same as an override of the configuration.
void OverrideWinogradBudget(std::optional<int64_t> bytes, std::vector<std::string>& overrides);

}  // namespace assay::cli
