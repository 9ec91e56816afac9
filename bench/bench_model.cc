// bench_model: any ONNX model under Google Benchmark, with every objective as a counter.
//
//   bench_model MODEL.onnx [MODEL2.onnx ...] [--config C.yaml] [--threads N] [--benchmark_...]
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <optional>

#include "bench/common/flags.h"
#include "harness/cli/plan_flags.h"
#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/measure/child.h"
#include "harness/tune/config.h"
#include "harness/tune/evaluator.h"

namespace assay::bench {
namespace {

struct Options {
  std::vector<std::string> models;
  std::string config;
  std::vector<std::string> overrides;
  int threads = 0;
  int64_t batch = 0;
  std::optional<int64_t> winograd_bytes;
};

// A model, and what the objectives said of it before the timing.
struct Case {
  tune::Model model;
  std::vector<std::pair<std::string, double>> counters;
  int64_t batch = 1;
  int threads = 1;
  int64_t winograd_bytes = 0;
};

Status Observe(const tune::TuneConfig& config, Case& subject) {
  ASSAY_ASSIGN_OR_RETURN(auto objectives, tune::MakeObjectives(config.objectives.names));
  ASSAY_ASSIGN_OR_RETURN(auto evaluator, tune::Evaluator::Make(config, objectives));
  ASSAY_RETURN_IF_ERROR(evaluator.ObserveAll(subject.model));
  for (const auto& objective : objectives) {
    if (objective->results(subject.model.name).values.empty()) continue;
    const double value = objective->Value(subject.model.name);
    subject.counters.emplace_back(objective->name(), value);
    if (objective->info().pass == Pass::kFootprint) {
      subject.counters.emplace_back("peak_bytes", value);
    }
  }
  subject.batch = config.performance.batch_size;
  subject.threads = config.performance.threads;
  subject.winograd_bytes = config.winograd_bytes;
  return {};
}

void Run(benchmark::State& state, const std::shared_ptr<const Case>& subject) {
  engine::PlanOptions options;
  options.batch = subject->batch;
  options.threads = subject->threads;
  options.winograd_bytes = subject->winograd_bytes;
  auto plan = engine::Plan::Build(subject->model.graph, options);
  if (!plan.ok()) {
    state.SkipWithError(plan.message().c_str());
    return;
  }
  engine::Session session(std::make_shared<const engine::Plan>(*std::move(plan)), subject->threads);
  std::vector<Tensor> inputs = engine::Noise(session.plan().inputs(), 1);
  std::vector<Tensor> outputs = engine::Allocate(session.plan().outputs());
  const auto input_views = engine::Views(inputs);
  const auto output_views = engine::Views(outputs);
  for (auto iteration : state) {
    (void)iteration;
    const Status status = session.Run(input_views, output_views);
    if (!status.ok()) {
      state.SkipWithError(status.message().c_str());
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * subject->batch);
  const auto macs = static_cast<double>(session.plan().macs());
  state.counters["ops_per_s"] = benchmark::Counter(
      2 * macs, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
  for (const auto& [name, value] : subject->counters) {
    if (std::isfinite(value)) state.counters[name] = value;
  }
}

Status Register(const Options& options) {
  tune::TuneConfig config;
  if (!options.config.empty()) {
    ASSAY_ASSIGN_OR_RETURN(config, tune::LoadConfig(options.config, options.overrides));
  }
  if (options.threads > 0) config.performance.threads = options.threads;
  if (options.winograd_bytes) config.winograd_bytes = *options.winograd_bytes;
  if (options.batch > 0) config.performance.batch_size = options.batch;
  for (const std::string& file : options.models) {
    auto subject = std::make_shared<Case>();
    ASSAY_ASSIGN_OR_RETURN(subject->model, tune::LoadModel(file, file));
    ASSAY_RETURN_IF_ERROR(Observe(config, *subject));
    const std::string name =
        fmt::format("model/{}/batch:{}/threads:{}", subject->model.file.filename().string(),
                    subject->batch, subject->threads);
    benchmark::RegisterBenchmark(name.c_str(), Run, std::shared_ptr<const Case>(subject))
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
  return {};
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Benchmarks ONNX models in Assay's engine; every objective is a counter.",
               "bench_model");
  app.add_option("MODEL", options.models, "ONNX files")->required();
  app.add_option("--config", options.config, "YAML configuration: data for accuracy, how to time");
  app.add_option("--set", options.overrides, "Override a key of the configuration");
  app.add_option("--threads", options.threads, "Threads (default: the configuration's, or 1)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--batch", options.batch, "Batch size (default: the configuration's, or 1)")
      ->check(CLI::Range(1, 4096));
  cli::AddWinogradBudget(app, options.winograd_bytes);
  if (const auto code = ParseFlags(app, argc, argv)) return *code;
  if (const Status status = Register(options); !status.ok()) {
    fmt::print(stderr, "bench_model: {}\n", status.message());
    return 2;
  }
  return RunBenchmarks();
}

}  // namespace
}  // namespace assay::bench

int main(int argc, char** argv) {
  assay::tune::RegisterModelFootprint();
  if (const auto code = assay::measure::MaybeRunChild(argc, argv)) return *code;
  return assay::bench::Main(argc, argv);
}
