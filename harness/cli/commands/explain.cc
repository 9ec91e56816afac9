// assay explain: what each operator of an int8 model costs and gains.
#include "harness/tune/explain.h"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/machine.h"
#include "harness/report/explanation.h"
#include "harness/report/terminal.h"
#include "harness/tune/trial.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Options {
  std::string subject;
  std::string config;
  std::string json;
  std::vector<std::string> overrides;
};

// What is explained: a plan of a model, and the configuration with its data.
struct Subject {
  tune::TuneConfig config;
  std::optional<quantize::QuantPlan> plan;
};

Result<Subject> OfModel(const Options& options) {
  if (options.config.empty()) {
    return Error(
        fmt::format("{}: a model alone has no data; expected --config, such as `assay "
                    "init` writes",
                    options.subject));
  }
  Subject subject;
  ASSAY_ASSIGN_OR_RETURN(subject.config, tune::LoadConfig(options.config, options.overrides));
  subject.config.model_path = options.subject;
  return subject;
}

// The file that a search was configured by, and its overrides; or the one that is given.
Result<std::pair<std::string, std::vector<std::string>>> ConfigurationOf(const json& result,
                                                                         const fs::path& file,
                                                                         const Options& options) {
  std::pair<std::string, std::vector<std::string>> found{options.config, {}};
  if (!options.config.empty()) return found;
  try {
    result.at("configuration").at("file").get_to(found.first);
    result.at("configuration").at("set").get_to(found.second);
  } catch (const json::exception&) {
    return Error(
        fmt::format("{}: does not say by which configuration it was found; expected "
                    "--config",
                    file.string()));
  }
  return found;
}

// The best trial of a search, with the configuration it was found by.
Result<Subject> OfWorkspace(const Options& options) {
  const fs::path file = fs::path(options.subject) / "result.json";
  std::ifstream stream(file);
  if (!stream) {
    return Error(
        fmt::format("{}: cannot be read; expected the workspace of a search that came to "
                    "its end, or an ONNX file",
                    file.string()));
  }
  const json result = json::parse(stream, nullptr, /*allow_exceptions=*/false);
  const json* best = result.is_object() && result.contains("best") ? &result["best"] : nullptr;
  if (best == nullptr) return Error(fmt::format("{}: is not a whole result", file.string()));
  Subject subject;
  auto plan = tune::ParsePlan(*best);
  if (!plan.ok()) return Error(fmt::format("{}: best: {}", file.string(), plan.message()));
  subject.plan = *std::move(plan);
  ASSAY_ASSIGN_OR_RETURN(auto configuration, ConfigurationOf(result, file, options));
  auto& [config, overrides] = configuration;
  overrides.insert(overrides.end(), options.overrides.begin(), options.overrides.end());
  ASSAY_ASSIGN_OR_RETURN(subject.config, tune::LoadConfig(config, overrides));
  return subject;
}

Result<int> Run(const Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.json));
  ASSAY_ASSIGN_OR_RETURN(
      Subject subject, fs::is_directory(options.subject) ? OfWorkspace(options) : OfModel(options));
  for (const std::string& warning : subject.config.warnings) {
    fmt::print(stderr, "warning: {}\n", warning);
  }
  measure::CatchInterrupts();
  auto progress = std::make_unique<report::Progress>("");
  std::string doing;
  const auto found = tune::Explain(subject.config, std::move(subject.plan),
                                   [&](const std::string& what, int64_t done, int64_t total) {
                                     if (what != doing)
                                       progress = std::make_unique<report::Progress>(doing = what);
                                     progress->Update(done, total);
                                   });
  progress->Clear();
  if (!found.ok() && measure::Interrupted()) return kInterrupted;
  ASSAY_RETURN_IF_ERROR(found.status());
  if (options.json != "-") {
    fmt::print("{}\n{}", report::ExplanationTable(*found), report::ExplanationSums(*found));
  }
  if (options.json.empty()) return kFine;
  json text = ToJson(*found);
  text["model"] = subject.config.model_path.string();
  text["machine"] = ToJson(measure::ThisMachine());
  text["versions"] = {{"assay", ASSAY_VERSION}};
  text["unix_time"] = std::time(nullptr);
  ASSAY_RETURN_IF_ERROR(WriteJson(options.json, text));
  return kFine;
}

constexpr const char* kFooter = R"(
A workspace is that of `assay tune`: its best trial is explained, by its own configuration. A model is
the fp32 one; it is explained with every operator in int8 that the configuration lets be.
  own SQNR     signal over noise of the operator's result, with it alone in int8 (no recipes)
  output SQNR  the same of the model's outputs: what its noise has become there
  if restored  how the accuracy changes when it alone goes back to fp32
  ... saved    time of its own steps, and bytes of constants, against fp32; one sample, the plan's threads;
               what is fused into another operator's step has its time there
  borders      time of its borders between fp32 and int8, now > if it alone went back to fp32
The sums are held against the whole model: accuracy by pairs of samples, time by interleaved runs,
whose interval is widened by how far clocks between the steps disturb them.
Examples:
  assay explain model_workspace
  assay explain model.onnx --config tune.yaml --json - | jq '.operators | min_by(.own_sqnr_db)')";

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("WORKSPACE|MODEL", options->subject, "Folder of a search, or fp32 ONNX file")
      ->required();
  app.add_option("--config", options->config,
                 "YAML configuration: data, metric (default: the workspace's own)");
  app.add_option("--json", options->json, "Write the results to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.add_option("--set", options->overrides, "Override a key of the configuration")
      ->type_name("KEY.PATH=VALUE");
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command explain;
const Command explain = {"explain", "Show what each operator of an int8 model costs and gains",
                         Declare};

}  // namespace assay::cli
