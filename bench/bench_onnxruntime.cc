// bench_onnxruntime: models in Assay's engine and in ONNX Runtime, the same file and input,
// interleaved in one process.
//
//   bench_onnxruntime --library libonnxruntime.so.1 MODEL.onnx [...] [--threads N] [--batch N]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/peers/onnxruntime/ort.h"
#include "harness/cli/plan_flags.h"
#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/measure/machine.h"
#include "harness/measure/runner.h"
#include "harness/onnx/import.h"
#include "harness/report/terminal.h"
#include "objectives/stats/bootstrap.h"

namespace assay::bench {
namespace {

struct Options {
  std::string library;
  std::vector<std::string> models;
  std::vector<int> threads = {1};
  std::vector<int64_t> batches = {1};
  int rounds = 100;
  double budget_s = 5;
  std::string json;
  std::optional<int64_t> winograd_bytes;
};

// One comparison.
struct Row {
  std::string model;
  int threads = 1;
  int64_t batch = 1;
  bool int8 = false;
  double build_s = 0, ort_build_s = 0;  // Reading the file included.
  double difference = 0;                // Largest, relative to the largest output.
  Estimate ours, theirs, speed_up;      // Medians; theirs / ours, paired by round.
};

double Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Over all outputs of f32.
double LargestDifference(std::span<const Tensor> x, std::span<const Tensor> y) {
  double difference = 0, magnitude = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i].dtype() != DType::kF32) continue;
    const auto a = x[i].as<float>(), b = y[i].as<float>();
    for (size_t j = 0; j < a.size(); ++j) {
      difference = std::max(difference, std::fabs(double{a[j]} - double{b[j]}));
      magnitude = std::max(magnitude, std::fabs(double{b[j]}));
    }
  }
  return magnitude > 0 ? difference / magnitude : difference;
}

Result<Row> Compare(const std::shared_ptr<const Ort>& ort, const std::string& model, int threads,
                    int64_t batch, const Options& options) {
  Row row;
  row.model = model;
  row.threads = threads;
  row.batch = batch;
  auto start = std::chrono::steady_clock::now();
  ASSAY_ASSIGN_OR_RETURN(const Graph graph, onnx::Import(model));
  engine::PlanOptions plan_options = {.batch = batch, .threads = threads};
  if (options.winograd_bytes) plan_options.winograd_bytes = *options.winograd_bytes;
  ASSAY_ASSIGN_OR_RETURN(auto plan, engine::Plan::Build(graph, plan_options));
  row.int8 = 2 * plan.int8_macs() > plan.macs();
  engine::Session session(std::make_shared<const engine::Plan>(std::move(plan)), threads);
  row.build_s = Since(start);
  start = std::chrono::steady_clock::now();
  ASSAY_ASSIGN_OR_RETURN(const auto theirs, OrtSession::Make(ort, model, threads));
  row.ort_build_s = Since(start);

  const auto& ports = session.plan();
  std::vector<Tensor> inputs = engine::Noise(ports.inputs(), 1);
  std::vector<Tensor> outputs = engine::Allocate(ports.outputs());
  std::vector<Tensor> ort_outputs = engine::Allocate(ports.outputs());
  const auto input_views = engine::Views(inputs);
  const auto output_views = engine::Views(outputs);
  ASSAY_RETURN_IF_ERROR(
      theirs->Bind(ports.inputs(), input_views, ports.outputs(), engine::Views(ort_outputs)));
  ASSAY_RETURN_IF_ERROR(session.Run(input_views, output_views));
  ASSAY_RETURN_IF_ERROR(theirs->Run());
  row.difference = LargestDifference(outputs, ort_outputs);

  Status status;
  const auto keep = [&](Status ran) {
    if (status.ok()) status = std::move(ran);
  };
  measure::RunnerOptions run;
  run.budget_s = options.budget_s;
  run.max_rounds = options.rounds;
  // ONNX Runtime's idle threads spin for a while after a run, on the other's time: longer samples.
  run.min_sample_s = threads > 1 ? 5e-3 : 1e-3;
  const measure::Timing timing =
      measure::TimeInterleaved({{"assay", [&] { keep(session.Run(input_views, output_views)); }},
                                {"onnxruntime", [&] { keep(theirs->Run()); }}},
                               run);
  ASSAY_RETURN_IF_ERROR(status);
  const auto& ours_s = timing.subjects[0].seconds;
  const auto& theirs_s = timing.subjects[1].seconds;
  row.ours = BootstrapMedian(ours_s);
  row.theirs = BootstrapMedian(theirs_s);
  row.speed_up = BootstrapMedianRatio(theirs_s, ours_s);
  return row;
}

std::string Name(const std::string& model) { return std::filesystem::path(model).stem().string(); }

void Print(std::span<const Row> rows) {
  report::Table table({"model", "type", "threads", "batch", "Assay", "ONNX Runtime", "speed-up",
                       "build", "ONNX Runtime", "difference"});
  for (const Row& row : rows) {
    table.Add({Name(row.model), row.int8 ? "int8" : "fp32", fmt::format("{}", row.threads),
               fmt::format("{}", row.batch), report::FormatSeconds(row.ours.value),
               report::FormatSeconds(row.theirs.value),
               fmt::format("{:.2f}x [{:.2f}, {:.2f}]", row.speed_up.value, row.speed_up.interval.lo,
                           row.speed_up.interval.hi),
               report::FormatSeconds(row.build_s), report::FormatSeconds(row.ort_build_s),
               fmt::format("{:.1e}", row.difference)});
  }
  fmt::print("{}", table.ToString());
  for (const bool int8 : {false, true}) {
    double sum = 0;
    int count = 0;
    for (const Row& row : rows) {
      if (row.int8 != int8) continue;
      sum += std::log(row.speed_up.value);
      ++count;
    }
    if (count > 0) {
      fmt::print("geometric mean, {}: {:.2f}x\n", int8 ? "int8" : "fp32", std::exp(sum / count));
    }
  }
}

nlohmann::json ToJson(const Estimate& x) {
  return {{"value", x.value}, {"low", x.interval.lo}, {"high", x.interval.hi}};
}

nlohmann::json ToJson(std::span<const Row> rows, const Ort& ort) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    list.push_back({{"model", Name(row.model)},
                    {"type", row.int8 ? "int8" : "fp32"},
                    {"threads", row.threads},
                    {"batch", row.batch},
                    {"assay_s", ToJson(row.ours)},
                    {"onnxruntime_s", ToJson(row.theirs)},
                    {"speed_up", ToJson(row.speed_up)},
                    {"build_s", row.build_s},
                    {"onnxruntime_build_s", row.ort_build_s},
                    {"difference", row.difference}});
  }
  return {{"onnxruntime", ort.version()},
          {"machine", measure::ToJson(measure::ThisMachine())},
          {"models", list}};
}

Status Run(const Options& options) {
  ASSAY_ASSIGN_OR_RETURN(const auto ort, Ort::Load(options.library));
  std::vector<Row> rows;
  const auto total =
      static_cast<int64_t>(options.models.size() * options.threads.size() * options.batches.size());
  report::Progress progress("models");
  for (const std::string& model : options.models) {
    for (const int threads : options.threads) {
      for (const int64_t batch : options.batches) {
        progress.Update(static_cast<int64_t>(rows.size()), total, Name(model));
        ASSAY_ASSIGN_OR_RETURN(Row row, Compare(ort, model, threads, batch, options));
        rows.push_back(std::move(row));
      }
    }
  }
  progress.Clear();
  if (options.json != "-") Print(rows);
  if (options.json.empty()) return {};
  const std::string text = ToJson(rows, *ort).dump(2);
  if (options.json == "-") {
    fmt::print("{}\n", text);
  } else if (std::ofstream file(options.json); !(file << text << '\n')) {
    return Error(options.json + ": cannot be written");
  }
  return {};
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Compares Assay's engine with ONNX Runtime: same models, same inputs, interleaved.",
               "bench_onnxruntime");
  app.add_option("MODEL", options.models, "ONNX files, fp32 or QDQ")->required();
  app.add_option("--library", options.library, "libonnxruntime.so.1, version 1.17 or later")
      ->required()
      ->envname("ASSAY_ONNXRUNTIME");
  app.add_option("--threads", options.threads, "Thread counts")
      ->capture_default_str()
      ->delimiter(',')
      ->check(CLI::Range(1, 1024));
  app.add_option("--batch", options.batches, "Batch sizes")
      ->capture_default_str()
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds, "Rounds per comparison, at most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.budget_s, "Time per comparison, at most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  cli::AddWinogradBudget(app, options.winograd_bytes);
  app.add_option("--json", options.json, "Write the answer to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.footer(
      "Several threads: ONNX Runtime's idle workers spin for good, on the core that Assay's next\n"
      "run wants, so that in one process only one thread compares fairly.\n"
      "The library comes with npm: npm install --ignore-scripts onnxruntime-node\n"
      "(node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const Status status = Run(options); !status.ok()) {
    fmt::print(stderr, "bench_onnxruntime: {}\n", status.message());
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace assay::bench

int main(int argc, char** argv) { return assay::bench::Main(argc, argv); }
