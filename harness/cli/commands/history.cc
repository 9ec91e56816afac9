// assay history: what gates found over many runs, and whether it drifts.
#include "harness/gate/history.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "harness/cli/between.h"
#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/report/history.h"

namespace assay::cli {
namespace {

struct Options {
  std::string file, json;
  double runs_per_alarm = 1000;
  bool markdown = false, strict = false;
};

Result<int> Run(const Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.json));
  ASSAY_ASSIGN_OR_RETURN(const auto history, gate::ReadHistory(options.file));
  const gate::Drift drift = gate::FindDrift(history, options.runs_per_alarm);
  if (drift.series.empty()) {
    return Error(
        fmt::format("{}: no case has two runs on one machine against one base", options.file));
  }
  if (!options.json.empty()) {
    ASSAY_RETURN_IF_ERROR(WriteJson(options.json, report::DriftJson(drift)));
  }
  if (options.json != "-") fmt::print("{}", report::DriftText(drift, options.markdown));
  return options.strict && report::JustSlower(drift) ? kRegression : kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "What `assay gate --history FILE` appended to")->required();
  app.add_option("--runs-per-alarm", options->runs_per_alarm,
                 "Runs of all cases that come between two false alarms, on average")
      ->capture_default_str()
      ->check(Between(2.0, 1e9));
  app.add_flag("--strict", options->strict,
               "Exit code 10 where the last run of a case is the one by which it is found slower");
  app.add_flag("--markdown", options->markdown, "Print Markdown");
  app.add_option("--json", options->json, "Write everything to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.footer(
      "Each case is a series of ratios to the same base on the same machine. A two-sided CUSUM of\n"
      "what runs depart from the mean of those before, in standard errors, finds changes that no\n"
      "single run shows, and names the run that each began with.\n"
      "Example: assay gate --base v1.0 --history results/history.jsonl; "
      "assay history results/history.jsonl");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command history;
const Command history = {"history", "Read the gate's history: slow drift, and where it began",
                         Declare};

}  // namespace assay::cli
