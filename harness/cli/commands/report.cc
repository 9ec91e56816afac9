// assay report: a tuning run as one page of HTML.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/cli/between.h"
#include "harness/cli/command.h"
#include "harness/cli/model_run.h"
#include "harness/data/file.h"
#include "harness/engine/tensors.h"
#include "harness/file/write_whole.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/profile.h"
#include "harness/report/terminal.h"
#include "harness/report/tuning_page.h"
#include "harness/tune/journal.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Options {
  std::string workspace;
  std::string output;
  double profile_s = 2;
};

Result<json> ReadResult(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    return Error(fmt::format("{}: is not there; expected the workspace of a finished `assay tune`",
                             file.string()));
  }
  ASSAY_ASSIGN_OR_RETURN(const std::vector<uint8_t> text, data::ReadFile(file));
  json result = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool known = result.is_object() && result.value("schema", json()) == 1 &&
                     result.contains("/model/path"_json_pointer) &&
                     result["model"]["path"].is_string() && result.contains("best") &&
                     result.contains("best_file") && result["best_file"].is_string();
  if (!known) {
    return Error(
        fmt::format("{}: is no result of `assay tune` (JSON with \"schema\": 1, 'model', "
                    "'best' and 'best_file')",
                    file.string()));
  }
  return result;
}

// Takes the timings of the chosen trial and of fp32 beside it from the journal's lines, and what
// else the page does not show out of them.
json TakeLatencies(json& trials, const json& result) {
  json latencies = json::object();
  for (json& trial : trials) {
    const json series = trial.value("series", json::object());
    const int64_t index =
        trial.value("trial", json()).is_number() ? trial["trial"].get<int64_t>() : 0;
    for (const char* key : {"series", "facts", "run", "crc32"}) trial.erase(key);
    if (!result["best"].is_object() || result["best"].value("trial", json()) != index) continue;
    const std::string name = fmt::format("trial {}", index);
    for (const auto& [subject, label] :
         {std::pair("fp32 beside " + name, std::string("fp32")), std::pair(name, name)}) {
      const json::json_pointer place = json::json_pointer() / subject / "performance" / "values";
      if (series.contains(place)) latencies[label] = series[place];
    }
  }
  return latencies;
}

// Seconds by node.
Result<std::map<std::string, double>> TimesOf(const ModelRunOptions& run, double budget_s,
                                              std::vector<std::string>& order) {
  ASSAY_ASSIGN_OR_RETURN(ModelRun prepared, PrepareModel(run));
  measure::RunnerOptions runner;
  runner.budget_s = budget_s;
  runner.stop = measure::Interrupted;
  ASSAY_ASSIGN_OR_RETURN(const measure::Profile profile,
                         measure::ProfileSteps(*prepared.session, engine::Views(prepared.inputs),
                                               engine::Views(prepared.outputs), runner));
  std::map<std::string, double> times;
  for (const measure::ProfiledStep& step : profile.steps) {
    if (times.emplace(step.info.node, 0).second) order.push_back(step.info.node);
    times[step.info.node] += step.seconds;
  }
  return times;
}

// Layers of both models, in fp32's order; those that take less than 1 % of either are left out.
Result<json> Layers(const std::string& fp32_file, const std::string& best_file, double budget_s) {
  std::vector<std::string> order, ignored;
  ModelRunOptions run;
  run.model = fp32_file;
  ASSAY_ASSIGN_OR_RETURN(const auto fp32, TimesOf(run, budget_s, order));
  run.model = best_file;
  run.tell_inputs = false;  // They are the same.
  ASSAY_ASSIGN_OR_RETURN(const auto best, TimesOf(run, budget_s, ignored));
  double fp32_s = 0, best_s = 0;
  for (const auto& [node, seconds] : fp32) fp32_s += seconds;
  for (const auto& [node, seconds] : best) best_s += seconds;
  json layers = json::array();
  for (const std::string& node : order) {
    const double before = fp32.at(node), now = best.contains(node) ? best.at(node) : 0;
    if (before < 0.01 * fp32_s && now < 0.01 * best_s) continue;
    layers.push_back({{"node", node}, {"fp32_s", before}, {"best_s", now}});
  }
  return layers;
}

Result<int> Run(const Options& options) {
  const fs::path workspace = options.workspace;
  ASSAY_ASSIGN_OR_RETURN(const json result, ReadResult(workspace / "result.json"));
  ASSAY_ASSIGN_OR_RETURN(tune::JournalContent journal,
                         tune::ReadJournal(workspace / "trials.jsonl"));
  json trials = std::move(journal.lines);
  json data = {{"result", result}};
  data["latencies"] = TakeLatencies(trials, result);
  data["trials"] = std::move(trials);
  measure::CatchInterrupts();
  if (options.profile_s > 0) {
    report::Progress progress("report");
    progress.Update(0, 1);
    const Result<json> layers =
        Layers(result["model"]["path"], result["best_file"], options.profile_s);
    progress.Clear();
    if (measure::Interrupted()) return kInterrupted;
    if (layers.ok()) {
      data["layers"] = *layers;
    } else {
      fmt::print(stderr, "times by layer are left out: {}\n", layers.message());
    }
  }
  const fs::path file =
      options.output.empty() ? workspace / "report.html" : fs::path(options.output);
  ASSAY_RETURN_IF_ERROR(WriteWhole(file, report::TuningPage(data)));
  fmt::print("{}\n", file.string());
  return kFine;
}

constexpr const char* kFooter = R"(
Writes one HTML file that needs no network: the outcome in a sentence, what was asked, accuracy beside
speed of all trials, trials in turn, time by layer, distributions of the latencies, the configuration.
Reads result.json and trials.jsonl of the workspace. Times by layer are measured now, if both models are
where they were.

Examples:
  assay report model_workspace                        writes model_workspace/report.html
  assay report model_workspace -o report.html --profile 0

Exit codes: 0 fine; 2 the workspace is not one of a finished search; 130 interrupted.)";

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("WORKSPACE", options->workspace, "The folder of an `assay tune`")->required();
  app.add_option("-o,--output", options->output, "File to write (default: WORKSPACE/report.html)")
      ->type_name("FILE");
  app.add_option("--profile", options->profile_s,
                 "Seconds to measure the layers of either model for; 0: not at all")
      ->check(Between(0.0, 600.0))
      ->capture_default_str();
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command report;
const Command report = {"report", "Write a tuning run as one page of HTML, with plots", Declare};

}  // namespace assay::cli
