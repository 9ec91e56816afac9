#include "harness/cli/compare_models.h"

#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/model_run.h"
#include "harness/compare/outputs.h"
#include "harness/compare/to_json.h"
#include "harness/engine/tensors.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/machine.h"
#include "harness/measure/runner.h"
#include "harness/report/comparison.h"
#include "harness/report/terminal.h"
#include "objectives/stats/order.h"
#include "objectives/stats/trimmed.h"

namespace assay::cli {
namespace {

constexpr int kMinRounds = 10, kMaxRounds = 501;

// A model that is timed, and what came of it.
struct Subject {
  std::string file;
  ModelRun run;
  std::vector<TensorView> inputs = {}, outputs = {};
  Status status = {};           // Of the last run that failed.
  std::string difference = {};  // Of its outputs from the first model's.
  std::vector<double> seconds = {};
  Judgement judgement = {};

  void Once() {
    if (Status ran = run.session->Run(inputs, outputs); !ran.ok()) status = std::move(ran);
  }
};

Result<std::vector<std::unique_ptr<Subject>>> Prepare(const CompareModelsOptions& options,
                                                      int threads) {
  std::vector<std::unique_ptr<Subject>> subjects;
  for (const std::string& file : options.models) {
    ModelRunOptions model;
    model.model = file;
    model.threads = threads;
    model.batch = options.batch;
    ASSAY_ASSIGN_OR_RETURN(ModelRun run, PrepareModel(model));
    auto subject = std::make_unique<Subject>(Subject{.file = file, .run = std::move(run)});
    subject->inputs = engine::Views(subject->run.inputs);
    subject->outputs = engine::Views(subject->run.outputs);
    subject->Once();
    if (!subject->status.ok()) return Error(file + ": " + subject->status.message());
    subjects.push_back(std::move(subject));
    subjects.back()->difference =
        compare::OutputDifference(subjects[0]->run.outputs, subjects.back()->run.outputs);
  }
  return subjects;
}

// False: interrupted.
bool Time(std::vector<std::unique_ptr<Subject>>& subjects, int threads, double budget_s) {
  std::vector<measure::TimedSubject> timed;
  for (const auto& subject : subjects) {
    timed.push_back({subject->file, [it = subject.get()] { it->Once(); }});
  }
  measure::RunnerOptions runner;
  runner.budget_s = budget_s;
  runner.min_rounds = kMinRounds;
  runner.max_rounds = kMaxRounds;
  runner.settling_runs = 1;
  runner.stop = measure::Interrupted;
  measure::Timing timing = measure::TimeInterleaved(timed, runner);
  for (size_t i = 0; i < subjects.size(); ++i) {
    measure::SubjectTimes& times = timing.subjects[i];
    subjects[i]->seconds = std::move(threads == 1 ? times.cpu_seconds : times.seconds);
  }
  return !timing.interrupted;
}

// Of every model against the first, by the differences of their rounds.
void JudgeAll(std::vector<std::unique_ptr<Subject>>& subjects, const ComparisonRules& rules) {
  std::vector<Location> ratios;
  for (const auto& subject : subjects) {
    std::vector<double> differences;
    for (size_t r = 0; r < subject->seconds.size(); ++r) {
      differences.push_back(std::log(subject->seconds[r] / subjects[0]->seconds[r]));
    }
    ratios.push_back(TrimmedLocation(differences));
  }
  const auto judgements = Judge(std::span(ratios).subspan(1), rules);
  for (size_t i = 1; i < subjects.size(); ++i) subjects[i]->judgement = judgements[i - 1];
}

std::string ToText(const std::vector<std::unique_ptr<Subject>>& subjects, bool markdown) {
  report::Table table({"model", "time", "/ first", "verdict", "outputs"});
  for (const auto& subject : subjects) {
    const bool first = subject == subjects[0];
    table.Add({subject->file, report::FormatSeconds(Median(subject->seconds)),
               first ? "-" : report::FormatRatio(subject->judgement.ratio),
               first ? "-" : Name(subject->judgement.verdict), first ? "-" : subject->difference});
  }
  return markdown ? table.ToMarkdown() : table.ToString();
}

nlohmann::json ToJson(const std::vector<std::unique_ptr<Subject>>& subjects,
                      const ComparisonRules& rules) {
  nlohmann::json models = nlohmann::json::array();
  for (const auto& subject : subjects) {
    nlohmann::json model = {{"file", subject->file}, {"median_s", Median(subject->seconds)}};
    if (subject != subjects[0]) {
      model["ratio"] = compare::ToJson(subject->judgement.ratio);
      model["verdict"] = Name(subject->judgement.verdict);
      model["outputs"] = subject->difference;
    }
    models.push_back(std::move(model));
  }
  return {{"schema", 1},
          {"margin", rules.margin},
          {"level", rules.level},
          {"rounds", subjects[0]->seconds.size()},
          {"models", std::move(models)},
          {"machine", measure::ToJson(measure::ThisMachine())},
          {"versions", {{"assay", ASSAY_VERSION}}},
          {"unix_time", std::time(nullptr)}};
}

}  // namespace

void AddCompareModels(CLI::App& app, CompareModelsOptions& options) {
  app.add_option("--models", options.models,
                 "Time ONNX models against the first, live, on the same inputs")
      ->type_name("MODEL...");
  app.add_option("--batch", options.batch, "Of --models: open batch extent of inputs")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
}

Result<int> CompareModels(const CompareModelsOptions& options, int threads, double budget_s,
                          const ComparisonRules& rules, const CompareOutput& output) {
  if (options.models.size() < 2) return Error("--models: expected two models or more");
  measure::CatchInterrupts();
  ASSAY_ASSIGN_OR_RETURN(auto subjects, Prepare(options, threads));
  if (!Time(subjects, threads, budget_s)) return kInterrupted;
  for (const auto& subject : subjects) {
    if (!subject->status.ok()) return Error(subject->file + ": " + subject->status.message());
  }
  JudgeAll(subjects, rules);
  if (!output.silent()) {
    fmt::print("{}\n{} rounds; verdicts as of a margin of {:g} %\n",
               ToText(subjects, output.markdown), subjects[0]->seconds.size(), 100 * rules.margin);
  }
  if (output.json.empty()) return kFine;
  ASSAY_RETURN_IF_ERROR(WriteJson(output.json, ToJson(subjects, rules)));
  return kFine;
}

}  // namespace assay::cli
