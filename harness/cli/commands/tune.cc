// assay tune: the search for the best quantization of a model.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "harness/cli/command.h"
#include "harness/cli/plan_flags.h"
#include "harness/cli/variant_contest.h"
#include "harness/measure/interrupt.h"
#include "harness/report/evaluation.h"
#include "harness/report/terminal.h"
#include "harness/tune/config.h"
#include "harness/tune/crew.h"
#include "harness/tune/crew_member.h"
#include "harness/tune/transport.h"
#include "harness/tune/tuner.h"

namespace assay::cli {
namespace {

struct Options {
  std::string config;
  std::string workspace;
  std::vector<std::string> overrides;
  std::optional<int64_t> winograd_bytes;
};

Result<tune::TuneConfig> Load(const Options& options) {
  std::vector<std::string> overrides = options.overrides;
  OverrideWinogradBudget(options.winograd_bytes, overrides);
  ASSAY_ASSIGN_OR_RETURN(tune::TuneConfig config, tune::LoadConfig(options.config, overrides));
  if (!options.workspace.empty()) config.workspace = options.workspace;
  return config;
}

Result<int> Search(const Options& options, tune::Crew& crew) {
  ASSAY_ASSIGN_OR_RETURN(const tune::TuneConfig config, Load(options));
  for (const std::string& warning : config.warnings) fmt::print(stderr, "warning: {}\n", warning);
  measure::CatchInterrupts();

  auto progress = std::make_unique<report::Progress>("");
  std::string doing;
  tune::TuneEvents events;
  events.progress = [&](const std::string& what, int64_t done, int64_t total) {
    if (what != doing) progress = std::make_unique<report::Progress>(doing = what);
    progress->Update(done, total);
  };
  events.baseline = [&](const tune::ModelRecord& baseline) {
    progress->Clear();
    fmt::print("{}\n", report::EvaluationTable({&baseline, 1}));
    std::fflush(stdout);
  };
  events.resumed = [&](int64_t trials) {
    progress->Clear();
    fmt::print(stderr, "an earlier run is continued: {} finished trials are in its journal\n",
               trials);
  };
  double spent_s = 0;
  events.trial = [&](const tune::TrialRecord& trial, int64_t remaining) {
    progress->Clear();
    spent_s += trial.elapsed_s;
    const double wait_s =
        spent_s / static_cast<double>(trial.index) * static_cast<double>(remaining);
    const std::string note =
        trial.resumed ? "from the journal"
                      : fmt::format("at most {} more, {}", remaining, report::FormatWait(wait_s));
    fmt::print("{}  {}\n", report::TrialLine(trial), report::Paint(note, report::Color::kDim));
    std::fflush(stdout);
  };

  const tune::VariantContest contest = MakeVariantContest(config.contest_s);
  ASSAY_ASSIGN_OR_RETURN(const tune::TuneResult result, tune::Tune(config, events, &crew, contest));
  progress->Clear();
  for (size_t i = config.warnings.size(); i < result.warnings.size(); ++i) {
    fmt::print(stderr, "warning: {}\n", result.warnings[i]);
  }
  if (!crew.empty()) {
    fmt::print(stderr, "accuracy: of {} batches {} ran in {} other processes\n", crew.batches(),
               crew.shared_batches(), crew.members());
  }
  fmt::print("\n{}", report::TuneSummary(result));
  return result.exit_code();
}

// Started by mpirun, rank 0 is the tuner, and the others work for it.
Result<int> Run(const Options& options) {
  ASSAY_ASSIGN_OR_RETURN(auto transport, tune::OpenTransport());
  if (transport != nullptr && transport->rank() > 0) {
    tune::ServeCrew(std::move(transport), [&] { return Load(options); });
    return kFine;
  }
  tune::Crew crew(std::move(transport), [](const std::string& sentence) {
    fmt::print(stderr, "warning: {}\n", report::Printable(sentence));
  });
  return Search(options, crew);
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("CONFIG", options->config, "YAML configuration; `assay init` writes one")
      ->required()
      ->type_name("FILE");
  app.add_option("--workspace", options->workspace,
                 "Where best.onnx, trials.jsonl and result.json go (default: the configuration's)")
      ->type_name("FOLDER");
  app.add_option(
         "--set", options->overrides,
         "Override a key, such as tuning.accuracy_criterion.relative=0.02; values are YAML: "
         "--set 'evaluation.accuracy.metric={topk: 5}'")
      ->type_name("KEY.PATH=VALUE");
  AddWinogradBudget(app, options->winograd_bytes);
  app.footer(
      "Exit codes: 0 a model that meets the criterion and gains; 3 best effort; 4 no gain "
      "(best.onnx\n"
      "is the fp32 model); 2 wrong input; 130 interrupted: what was written is whole.\n"
      "A run that was cut off is continued by the same command; finished trials are not measured\n"
      "again. --set tuning.workspace.resume=False starts anew, =True goes on with a finished run.\n"
      "--set 'tuning.space={threads: [1, 2]}' times int8 with each and goes on with the fastest;\n"
      "{variants: measured} measures which kernel variants are the fastest here, once per shape.\n"
      "mpirun -np N assay tune ... spreads the samples of accuracy passes over N processes.");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command tune;
const Command tune = {"tune", "Find the best quantization of a model", Declare};

}  // namespace assay::cli
