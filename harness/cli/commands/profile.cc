// assay profile: where the time of a model goes, step by step.
#include "harness/measure/profile.h"

#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/model_run.h"
#include "harness/engine/tensors.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/machine.h"
#include "harness/measure/peak.h"
#include "harness/report/profile.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

using nlohmann::json;

struct Options {
  ModelRunOptions model;
  std::string sort = "both";
  double budget_s = 5;
  std::string json;
};

json OrNull(std::optional<double> value) { return value ? json(*value) : json(nullptr); }

json ToJson(const Result<measure::Peak>& peak, int threads) {
  if (!peak.ok()) return nullptr;
  return {{"ops_per_s", peak->ops_per_s * threads}, {"variant", peak->variant}};
}

json ToJson(const measure::ProfiledStep& step, double sum_s) {
  const engine::StepInfo& info = step.info;
  return {{"node", info.node},
          {"operator", info.op},
          {"fused", info.fused},
          {"variant", info.variant},
          {"shape", info.shape.dims()},
          {"int8", info.int8},
          {"seconds", step.seconds},
          {"share", step.seconds / sum_s},
          {"macs", info.macs},
          {"ops_per_s", OrNull(step.OpsPerSecond())},
          {"fraction_of_peak", OrNull(step.FractionOfPeak())},
          {"bytes", info.bytes}};
}

json ToJson(const measure::Profile& profile, const Options& options) {
  const double sum_s = profile.sum_s();
  json steps = json::array(), operators = json::array();
  for (const measure::ProfiledStep& step : profile.steps) steps.push_back(ToJson(step, sum_s));
  for (const measure::OperatorTotal& total : measure::TotalsByOperator(profile)) {
    operators.push_back({{"operator", total.op},
                         {"steps", total.steps},
                         {"seconds", total.seconds},
                         {"share", total.seconds / sum_s},
                         {"macs", total.macs},
                         {"bytes", total.bytes}});
  }
  const int threads = options.model.threads;
  return {{"schema", 1},
          {"model", options.model.model},
          {"batch", options.model.batch},
          {"threads", threads},
          {"rounds", profile.rounds},
          {"whole_s", profile.whole_s},
          {"sum_s", sum_s},
          {"difference", profile.Difference()},
          {"peak",
           {{"f32", ToJson(measure::MeasurePeak(ComputeType::kF32), threads)},
            {"int8", ToJson(measure::MeasurePeak(ComputeType::kU8S8S32), threads)}}},
          {"steps", std::move(steps)},
          {"operators", std::move(operators)},
          {"machine", ToJson(measure::ThisMachine())},
          {"versions", {{"assay", ASSAY_VERSION}}},
          {"unix_time", std::time(nullptr)}};
}

std::string PeakText(const char* type, const Result<measure::Peak>& peak, int threads) {
  if (!peak.ok()) return fmt::format("{} unknown", type);
  return fmt::format("{} {:.1f} Gop/s ({})", type, peak->ops_per_s * threads / 1e9, peak->variant);
}

void Print(const measure::Profile& profile, const Options& options) {
  const int threads = options.model.threads;
  fmt::print("{}, batch {}, {} thread{}, {} rounds\n",
             std::filesystem::path(options.model.model).filename().string(), options.model.batch,
             threads, threads > 1 ? "s" : "", profile.rounds);
  fmt::print("peak  {}, {}\n", PeakText("f32", measure::MeasurePeak(ComputeType::kF32), threads),
             PeakText("int8", measure::MeasurePeak(ComputeType::kU8S8S32), threads));
  if (options.sort != "time") {
    fmt::print("\n{}", report::StepTable(profile, report::StepOrder::kRun));
  }
  if (options.sort != "run") {
    fmt::print("\n{}", report::StepTable(profile, report::StepOrder::kTime));
  }
  fmt::print("\n{}\n{}\n", report::OperatorTable(profile), report::SumLine(profile));
}

Result<int> Run(const Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.json));
  ASSAY_ASSIGN_OR_RETURN(ModelRun model, PrepareModel(options.model));
  measure::CatchInterrupts();
  report::Progress progress("profile");
  measure::RunnerOptions runner;
  runner.budget_s = options.budget_s;
  runner.max_rounds = 10'000;
  runner.stop = measure::Interrupted;
  runner.progress = [&](int, double share) {
    progress.Update(static_cast<int64_t>(100 * share), 100);
  };
  const auto profile = measure::ProfileSteps(*model.session, engine::Views(model.inputs),
                                             engine::Views(model.outputs), runner);
  progress.Clear();
  if (measure::Interrupted()) return kInterrupted;
  ASSAY_RETURN_IF_ERROR(profile.status());
  if (std::fabs(profile->Difference()) > 0.03) {
    fmt::print(stderr, "the steps and the whole differ by more than 3 %: other work disturbs\n");
  }
  if (options.json != "-") Print(*profile, options);
  if (!options.json.empty()) {
    ASSAY_RETURN_IF_ERROR(WriteJson(options.json, ToJson(*profile, options)));
  }
  return kFine;
}

constexpr const char* kFooter = R"(
A step is one call of a kernel: a node with what is fused into it, or a conversion of layouts. Its time
is that of warm runs in which a clock is read after every step; they take turns with runs without,
which are the whole that the last line compares the sum with. Both are means over the middle half of
the runs, the fastest and the slowest quarter left out. All images of a batch take a step together,
also where a plan would let threads take images through all steps.
  share       of the sum of all steps
  Gop/s       2 x multiply-adds per second, as the model has them: a Winograd kernel does fewer, and
              may go beyond 100 % of the peak
  % of peak   of a register-only loop timed in this process, times the threads
  moved       bytes of operands, results and packed weights, each once; GB/s is that by the time
Examples:
  assay profile model.onnx                                run order, then by time, then by operator
  assay profile model.onnx --sort time --threads 2        by time only
  assay profile model.onnx --batch 16 --winograd-budget 0
  assay profile model.onnx --json - | jq '.steps | max_by(.seconds)'
  ASSAY_ISA=avx2 assay profile model.onnx                 as a CPU without AVX-512 would)";

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  AddModelRun(app, options->model);
  options->model.all_at_once = true;
  app.add_option("--sort", options->sort, "Order of the steps: run, time, or both, one after other")
      ->capture_default_str()
      ->check(CLI::IsMember({"run", "time", "both"}));
  app.add_option("--seconds", options->budget_s,
                 "Time to measure for; at least ten rounds are done")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--json", options->json, "Write the profile to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command profile;
const Command profile = {"profile", "Show where the time of a model goes, step by step", Declare};

}  // namespace assay::cli
