#include "harness/tune/trial_runner.h"

#include <chrono>
#include <filesystem>

#include "harness/onnx/export.h"
#include "harness/tune/result.h"

namespace assay::tune {

// A plan as a model, written to the workspace.
Result<TrialRunner::Candidate> TrialRunner::Make(int64_t index,
                                                 const quantize::QuantPlan& plan) const {
  Candidate made;
  made.model.name = TrialName(index);
  made.model.file = parts_.workspace->candidate();
  made.model.threads = plan.threads;
  made.model.measured_variants = plan.variants == kMeasuredVariants;
  ASSAY_ASSIGN_OR_RETURN(quantize::Quantized quantized,
                         parts_.material->quantizer().Quantize(plan));
  made.model.graph = std::move(quantized.graph);
  made.recipe_s = std::move(quantized.recipe_s);
  ASSAY_RETURN_IF_ERROR(onnx::Export(made.model.graph, made.model.file,
                                     ExportMetadata(parts_.material->samples(), plan)));
  return made;
}

Result<TrialRecord> TrialRunner::Run(int64_t index, const quantize::QuantPlan& plan) const {
  const auto start = std::chrono::steady_clock::now();
  const Ranker& ranker = *parts_.ranker;
  Evaluator& evaluator = *parts_.evaluator;
  ASSAY_ASSIGN_OR_RETURN(Candidate candidate, Make(index, plan));
  const Model& model = candidate.model;
  ASSAY_RETURN_IF_ERROR(evaluator.ObserveSize(model));
  if (evaluator.has_accuracy() && !parts_.config.exit_policy.performance_only) {
    auto early_stop = ranker.MakeEarlyStop();
    ASSAY_RETURN_IF_ERROR(evaluator.ObserveAccuracy(
        model, [&](auto outcomes) { return early_stop && (*early_stop)(outcomes); }));
  }
  TrialRecord record;
  record.index = index;
  record.plan = plan;
  if (!ranker.Stopped(index)) {
    ASSAY_RETURN_IF_ERROR(ObserveCost(index, model));
    record.timings = evaluator.timing_attempts();
  }
  ASSAY_ASSIGN_OR_RETURN(record.model.int8_share, Int8Share(model.graph));
  record.recipe_s = std::move(candidate.recipe_s);
  record.model.agreement = evaluator.predictions().Agreement(model.name, kBaseline);
  record.model.variants = evaluator.Variants(model.name);
  record = Judge(std::move(record));
  record.elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return record;
}

Result<TrialRecord> TrialRunner::Complete(const TrialRecord& stopped) const {
  const int64_t index = stopped.index;
  Evaluator& evaluator = *parts_.evaluator;
  for (const auto& objective : evaluator.objectives()) objective->Reset(TrialName(index));
  ASSAY_ASSIGN_OR_RETURN(const Candidate candidate, Make(index, stopped.plan));
  ASSAY_RETURN_IF_ERROR(evaluator.ObserveSize(candidate.model));
  ASSAY_RETURN_IF_ERROR(evaluator.ObserveAccuracy(candidate.model));
  ASSAY_RETURN_IF_ERROR(ObserveCost(index, candidate.model));
  TrialRecord whole;
  whole.index = index;
  whole.plan = stopped.plan;
  whole.model.agreement = evaluator.predictions().Agreement(TrialName(index), kBaseline);
  whole.model.int8_share = stopped.model.int8_share;
  whole.model.variants = evaluator.Variants(TrialName(index));
  whole.recipe_s = stopped.recipe_s;
  whole.elapsed_s = stopped.elapsed_s;
  whole.timings = evaluator.timing_attempts();
  return Judge(std::move(whole));
}

Status TrialRunner::Confirm(const TrialRecord& trial) const {
  ASSAY_ASSIGN_OR_RETURN(const Candidate candidate, Make(trial.index, trial.plan));
  return parts_.evaluator->ObserveConfirmation(candidate.model, Confirming(candidate.model.name));
}

Status TrialRunner::ObserveCost(int64_t index, const Model& model) const {
  const Model* const both[] = {&parts_.material->baseline(), &model};
  const std::string subjects[] = {BaselineBeside(index), model.name};
  ASSAY_RETURN_IF_ERROR(parts_.evaluator->ObserveLatency(both, subjects));
  return parts_.evaluator->ObserveFootprint(model);
}

TrialRecord TrialRunner::Judge(TrialRecord record) const {
  const Ranker& ranker = *parts_.ranker;
  const int64_t index = record.index;
  record.model.name = TrialName(index);
  record.model.objectives = ranker.RecordTrial(index);
  record.feasible = ranker.Feasible(index);
  record.limit_p_value = ranker.LimitPValue(index);
  if (ranker.Stopped(index)) {
    const ObjectiveRecord* accuracy = record.model.Find("accuracy");
    for (const NamedValue& detail : accuracy->summary.extras) {
      if (detail.name == "samples") record.stopped_after = static_cast<int64_t>(detail.value);
    }
  }
  record.violations = ranker.Violations(index);
  record.accepted = record.feasible && ranker.BeatsBaseline(index);
  return record;
}

void TrialRunner::Clean() const {
  std::error_code ignored;
  std::filesystem::remove(parts_.workspace->candidate(), ignored);
}

}  // namespace assay::tune
