// The command line of a benchmark binary: its own flags and Google Benchmark's.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

namespace assay::bench {

// Parses the flags of `app`, and hands the rest to Google Benchmark. The exit code, when there is
// nothing more to do: 0 after --help, which shows both; 2 for what neither knows.
std::optional<int> ParseFlags(CLI::App& app, int argc, char** argv);

// Runs the registered benchmarks: 0, or 2 when --benchmark_filter leaves none.
int RunBenchmarks();

}  // namespace assay::bench
