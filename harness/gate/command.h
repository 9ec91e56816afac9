// Runs a program of the system: git, cmake.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kernels/base/status.h"

namespace assay::gate {

struct CommandLine {
  std::vector<std::string> arguments;  // The program first, found by PATH.
  std::vector<std::pair<std::string, std::string>> environment =
      {};                       // Set beside this process's own.
  std::string input_file = {};  // stdin; "": empty.
};

// Its stdout. Error: it cannot be started, or ends with another code than 0: the last lines of its
// stderr (of its stdout, where that is empty).
Result<std::string> RunCommand(const CommandLine& command);

}  // namespace assay::gate
