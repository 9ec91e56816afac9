#include "bench/common/flags.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "bench/common/context.h"

namespace assay::bench {

std::optional<int> ParseFlags(CLI::App& app, int argc, char** argv) {
  app.allow_extras();
  app.footer(
      "Google Benchmark's flags are taken too:\n"
      "  --benchmark_filter=REGEX --benchmark_min_time=SECONDS --benchmark_repetitions=N\n"
      "  --benchmark_format=console|json|csv --benchmark_out=FILE --benchmark_list_tests=true");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::vector<std::string> rest = app.remaining();
  std::vector<char*> arguments = {argv[0]};
  for (std::string& argument : rest) arguments.push_back(argument.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  return std::nullopt;
}

int RunBenchmarks() {
  AddContext();
  return benchmark::RunSpecifiedBenchmarks() > 0 ? 0 : 2;
}

}  // namespace assay::bench
