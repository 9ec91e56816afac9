// assay evaluate: models side by side, by all objectives.
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/plan_flags.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/machine.h"
#include "harness/report/evaluation.h"
#include "harness/report/terminal.h"
#include "harness/tune/side_by_side.h"

namespace assay::cli {
namespace {

struct Options {
  std::vector<std::string> models;
  std::string config;
  std::string json;
  std::vector<std::string> overrides;
  std::optional<int64_t> winograd_bytes;
};

Result<int> Run(const Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.json));
  std::vector<std::string> overrides = options.overrides;
  OverrideWinogradBudget(options.winograd_bytes, overrides);
  ASSAY_ASSIGN_OR_RETURN(const tune::TuneConfig config,
                         tune::LoadConfig(options.config, overrides));
  for (const std::string& warning : config.warnings) fmt::print(stderr, "warning: {}\n", warning);
  measure::CatchInterrupts();
  auto progress = std::make_unique<report::Progress>("");
  std::string doing;
  const auto on_progress = [&](const std::string& what, int64_t done, int64_t total) {
    if (what != doing) progress = std::make_unique<report::Progress>(doing = what);
    progress->Update(done, total);
  };
  std::vector<std::filesystem::path> files(options.models.begin(), options.models.end());
  auto measured = tune::EvaluateSideBySide(config, files, on_progress);
  progress->Clear();
  if (!measured.ok() && measure::Interrupted()) return kInterrupted;
  ASSAY_RETURN_IF_ERROR(measured.status());
  if (options.json != "-") fmt::print("{}", report::EvaluationTable(measured->models));
  if (options.json.empty()) return kFine;
  nlohmann::json models = nlohmann::json::array();
  for (const tune::ModelRecord& record : measured->models) models.push_back(ToJson(record));
  ASSAY_RETURN_IF_ERROR(WriteJson(options.json, {{"schema", 1},
                                                 {"models", std::move(models)},
                                                 {"series", std::move(measured->series)},
                                                 {"machine", ToJson(measure::ThisMachine())},
                                                 {"versions", {{"assay", ASSAY_VERSION}}},
                                                 {"unix_time", std::time(nullptr)}}));
  return kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->models, "ONNX files; changes are against the first")->required();
  app.add_option("--config", options->config, "YAML configuration: data, metric, how to time")
      ->required();
  app.add_option("--json", options->json, "Write the results to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.add_option("--set", options->overrides, "Override a key of the configuration")
      ->type_name("KEY.PATH=VALUE");
  AddWinogradBudget(app, options->winograd_bytes);
  app.footer(
      "Latencies are taken in interleaved rounds of all models, so that they can be compared.");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command evaluate;
const Command evaluate = {"evaluate", "Measure models side by side, by all objectives", Declare};

}  // namespace assay::cli
