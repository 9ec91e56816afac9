// A function of this program, run in a fresh process of the same executable: what it allocates,
// breaks or leaks is its own. Every executable whose code may call RunChild has this main:
//
//   int main(int argc, char** argv) {
//     measure::RegisterChild("name", function);
//     if (std::optional<int> code = measure::MaybeRunChild(argc, argv)) return *code;
//     ...
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace assay::measure {

// Gets the strings given to RunChild; its answer, or its error, travels back. Its stdout is joined
// to stderr, so that printing cannot spoil the parent's results; stdin is empty.
using ChildFunction = std::function<Result<std::string>(const std::vector<std::string>& arguments)>;

// Before MaybeRunChild. The same name again replaces the function.
void RegisterChild(std::string name, ChildFunction function);

// If this process was started by RunChild: runs the function and returns the exit code that main
// must return at once. nullopt in every other process.
std::optional<int> MaybeRunChild(int argc, char** argv);

// Looks at a child some ten times a second, `seconds` after it looked last: why it is to be killed,
// "" as long as it is not. What passes while this process itself is stopped is left out.
using Watch = std::function<std::string(double seconds)>;

// Kills after so many seconds.
Watch Timeout(double seconds);

// Starts the executable of this process (/proc/self/exe) again, runs the registered function there
// and returns its answer. Error: the function's own error; or the child could not be started, was
// killed by a signal or by the watch, ended without a whole answer, or the user interrupted
// (interrupt.h).
Result<std::string> RunChild(std::string_view name, const std::vector<std::string>& arguments,
                             const Watch& watch);
inline Result<std::string> RunChild(std::string_view name,
                                    const std::vector<std::string>& arguments, double timeout_s) {
  return RunChild(name, arguments, Timeout(timeout_s));
}

}  // namespace assay::measure
