// Command: one sub-command of `assay`, one file of commands/.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>

#include "kernels/base/status.h"

namespace assay::cli {

// The one table of exit codes, for all commands.
enum ExitCode : int {
  kFine = 0,
  kInternalError = 1,
  kUsage = 2,       // Usage, configuration or input.
  kBestEffort = 3,  // Best effort only, or an invalid measurement.
  kNoGain = 4,
  kRegression = 10,
  kWrongResults = 11,
  kInconclusive = 12,
  kInterrupted = 130,
};

struct Command {
  const char* name;
  const char* summary;  // The line in `assay --help`.
  // Declares options on the sub-command and returns what runs after parsing: an exit code, or the
  // sentence of an input error (exit code 2).
  std::function<Result<int>()> (*declare)(CLI::App& app);
};

std::span<const Command* const> AllCommands();

}  // namespace assay::cli
