#include "bench/common/kernel_bench.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "bench/common/context.h"
#include "bench/common/flags.h"
#include "bench/common/shapes.h"
#include "harness/measure/peak.h"
#include "kernels/catalog.h"

namespace assay::bench {
namespace {

void RunCase(benchmark::State& state, const catalog::Problem& problem,
             const KernelOptions& options) {
  const auto peak = measure::MeasurePeak(problem.type);
  std::unique_ptr<catalog::Run> run;
  std::string error;
  const double peak_bytes = PeakBytes([&] {
    auto made = catalog::Run::Make(problem, options);
    if (!made.ok()) {
      error = made.message();
      return;
    }
    run = std::make_unique<catalog::Run>(*std::move(made));
    run->Once();
  });
  if (error.empty()) error = run->Verify().message();
  if (!error.empty()) {
    state.SkipWithError(error.c_str());
    return;
  }
  for (auto iteration : state) {
    (void)iteration;
    run->Once();
  }
  const double ops = 2 * static_cast<double>(problem.macs());
  using benchmark::Counter;
  state.counters["ops_per_s"] = Counter(ops, Counter::kIsIterationInvariantRate, Counter::kIs1000);
  if (peak.ok()) {
    state.counters["fraction_of_peak"] =
        Counter(ops / (peak->ops_per_s * options.threads), Counter::kIsIterationInvariantRate);
  }
  if (std::isfinite(peak_bytes)) state.counters["peak_bytes"] = peak_bytes;
  state.SetLabel(run->variant());
}

void Register(const catalog::Problem& problem, const KernelOptions& options) {
  std::string name = problem.ToString();
  if (!options.variant.empty()) name += "/" + options.variant;
  if (options.threads > 1) name += fmt::format("/threads:{}", options.threads);
  benchmark::RegisterBenchmark(name.c_str(), RunCase, problem, options)
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}

Status RegisterShape(const std::string& shape, int threads, bool variants) {
  ASSAY_ASSIGN_OR_RETURN(const catalog::Problem problem, catalog::ParseShape(shape));
  KernelOptions options;
  options.threads = threads;
  if (!variants) {
    Register(problem, options);
    return {};
  }
  for (const VariantChoice& choice : catalog::Explain(problem, options)) {
    if (!choice.available) continue;
    options.variant = choice.name;
    Register(problem, options);
  }
  return {};
}

}  // namespace

int KernelBenchMain(int argc, char** argv, const std::string& family) {
  std::string shapes_file;
  std::vector<std::string> types = {"f32", "u8s8s32", "u8s8u8"};
  int threads = 1;
  bool variants = false;
  CLI::App app("Benchmarks the " + family + " kernels over a list of shapes.", "bench_" + family);
  app.add_option("--shapes", shapes_file,
                 "File of shapes, one per line (default: a list built in)");
  app.add_option("--types", types, "Operand types")->capture_default_str()->delimiter(',');
  app.add_option("--threads", threads, "Threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_flag("--variants", variants, "Every variant that can run here, not only dispatch's pick");
  if (const auto code = ParseFlags(app, argc, argv)) return *code;
  const Result<std::vector<std::string>> shapes =
      shapes_file.empty() ? ParseShapes(BuiltinShapes(family)) : ReadShapes(shapes_file);
  Status status = shapes.status();
  if (shapes.ok()) {
    for (const std::string& type : types) {
      for (const std::string& shape : *shapes) {
        if (status.ok())
          status = RegisterShape(family + ":" + type + ":" + shape, threads, variants);
      }
    }
  }
  if (!status.ok()) {
    fmt::print(stderr, "bench_{}: {}\n", family, status.message());
    return 2;
  }
  return RunBenchmarks();
}

}  // namespace assay::bench
