#include "harness/tune/tuner.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "harness/measure/interrupt.h"
#include "harness/tune/journal.h"
#include "harness/tune/operator_facts.h"
#include "harness/tune/outputs.h"
#include "harness/tune/past_trials.h"
#include "harness/tune/plan_search.h"
#include "harness/tune/run_key.h"
#include "harness/tune/run_parts.h"
#include "harness/tune/search_facts.h"
#include "harness/tune/selection.h"
#include "harness/tune/series.h"
#include "harness/tune/settings.h"
#include "harness/tune/trial_runner.h"

namespace assay::tune {
namespace {

using Clock = std::chrono::steady_clock;

using nlohmann::json;

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One run of the tuner, from what an earlier process left to what it leaves itself.
class Run {
 public:
  explicit Run(RunParts parts)
      : parts_(std::move(parts)), runner_(parts_), selection_(parts_, runner_, result_) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<TuneResult> Go() {
    ASSAY_RETURN_IF_ERROR(LookBack());
    NameFiles();
    const Status status = Work();
    runner_.Clean();
    ASSAY_RETURN_IF_ERROR(status);
    return std::move(result_);
  }

 private:
  // Finds the finished trials of a run that was cut off.
  Status LookBack() {
    const Material& material = *parts_.material;
    ASSAY_ASSIGN_OR_RETURN(key_, MakeRunKey(parts_.config, material.baseline().graph,
                                            material.calibration().fingerprint() +
                                                parts_.evaluator->data_fingerprint()));
    ASSAY_ASSIGN_OR_RETURN(auto earlier,
                           parts_.workspace->FindEarlierRun(key_, parts_.config.resume));
    past_ = PastTrials(std::move(earlier), parts_.workspace->journal());
    if (parts_.variants != nullptr) {
      ASSAY_RETURN_IF_ERROR(past_.RestoreVariants(*parts_.variants));
    }
    if (past_.count() > 0 && parts_.events.resumed) parts_.events.resumed(past_.count());
    return {};
  }

  void NameFiles() {
    result_.best_file = parts_.workspace->best();
    result_.result_file = parts_.workspace->result();
    Warn(parts_.config.warnings);
    Warn(parts_.ranker->warnings());
    Warn(parts_.evaluator->warnings());
  }

  void Warn(const std::vector<std::string>& sentences) {
    result_.warnings.insert(result_.warnings.end(), sentences.begin(), sentences.end());
  }

  Status Work() {
    const Status searched = Search();
    result_.interrupted = measure::Interrupted();
    if (!searched.ok() && !result_.interrupted) return searched;
    return result_.trials.empty() ? Status() : Conclude();
  }

  Status Conclude() {
    const Status ranked = selection_.Rank();
    result_.interrupted = measure::Interrupted();
    if (!ranked.ok() && !result_.interrupted) return ranked;
    parts_.material->Finish();
    return WriteOutputs(parts_, result_);
  }

  Status Search() {
    const Clock::time_point start = Clock::now();
    ASSAY_RETURN_IF_ERROR(ObserveBaseline());
    ASSAY_RETURN_IF_ERROR(parts_.material->Calibrate());
    Warn(parts_.material->warnings());
    const StrategyEntry& entry = *parts_.strategy;
    auto strategy = entry.make(parts_.material->space().ops, parts_.config.random_seed);
    if (WantsFacts(parts_)) ASSAY_RETURN_IF_ERROR(Inform(*strategy));
    PlanSearch search(parts_.material->space(), std::move(strategy), entry.chooses_settings);
    const int64_t most = parts_.config.exit_policy.max_trials;
    double earlier_s = 0;  // What the trials of an earlier process took.
    for (int64_t index = 1; index <= most; ++index) {
      const auto plan = search.Next();
      if (!plan) break;
      ASSAY_RETURN_IF_ERROR(past_.Has(index) ? TakeOver(index, *plan) : TryOut(index, *plan));
      const TrialRecord& trial = result_.trials.back();
      if (trial.resumed) earlier_s += trial.elapsed_s;
      search.Tell(FeedbackOf(trial));
      if (parts_.events.trial) {
        parts_.events.trial(trial, std::min(search.remaining(), most - index));
      }
      ASSAY_ASSIGN_OR_RETURN(const bool enough, Enough(trial, earlier_s + Since(start)));
      if (enough) break;
    }
    return {};
  }

  Feedback FeedbackOf(const TrialRecord& trial) const {
    const Ranker& ranker = *parts_.ranker;
    const int64_t index = trial.index;
    return {trial.plan.operators,        ranker.Accuracy(index),
            ranker.AccuracyLoss(index),  trial.feasible,
            ranker.Cost(index),          ranker.LossDeviation(index),
            ranker.CostDeviation(index), RepeatedSeconds(trial.recipe_s)};
  }

  // Whether the exit policy ends the search with this trial.
  Result<bool> Enough(const TrialRecord& trial, double searched_s) {
    const ExitPolicyConfig& policy = parts_.config.exit_policy;
    if (policy.performance_only) return true;
    const bool first_will_do = !parts_.config.objectives.multi && policy.timeout_s == 0;
    if (first_will_do && trial.accepted) return selection_.Stands(trial.index, policy.max_trials);
    return policy.timeout_s > 0 && searched_s > policy.timeout_s;
  }

  // With the first trial come the facts: what clocks said then decides the sequence.
  Status Inform(Strategy& strategy) {
    if (parts_.crew != nullptr) parts_.crew->Quiet();
    ASSAY_ASSIGN_OR_RETURN(ModelFacts facts,
                           past_.Has(1)
                               ? past_.Facts(parts_.material->space().ops, FactSettings(parts_))
                               : MeasureSearchFacts(parts_, baseline_s_));
    facts_ = ToJson(facts);
    const ObjectiveRecord* accuracy = result_.baseline.Find("accuracy");
    SetGoal(parts_.config, accuracy != nullptr ? accuracy->summary.value : 1, facts);
    strategy.Inform(facts);
    return {};
  }

  Status ObserveBaseline() {
    Evaluator& evaluator = *parts_.evaluator;
    const Model& fp32 = parts_.material->baseline();
    if (past_.Has(1)) {  // With the first trial comes the baseline.
      ASSAY_RETURN_IF_ERROR(past_.RestoreSeries(1, evaluator.objectives()));
      ASSAY_ASSIGN_OR_RETURN(auto classes, past_.BaselineClasses());
      evaluator.predictions().Restore(kBaseline, std::move(classes));
    } else {
      const Clock::time_point start = Clock::now();
      ASSAY_RETURN_IF_ERROR(evaluator.ObserveAll(fp32));
      baseline_s_ = Since(start);
    }
    ModelRecord& record = result_.baseline;
    ASSAY_ASSIGN_OR_RETURN(record.int8_share, Int8Share(fp32.graph));
    record.name = kBaseline;
    record.file = parts_.config.model_path.string();
    ASSAY_RETURN_IF_ERROR(parts_.ranker->CheckCertifiable());
    record.objectives = parts_.ranker->Record(kBaseline);
    record.variants = evaluator.Variants(kBaseline);
    if (past_.Has(1)) {
      ASSAY_ASSIGN_OR_RETURN(record.variants, past_.BaselineVariants());
    }
    if (parts_.events.baseline) parts_.events.baseline(record);
    return {};
  }

  // A trial of this process; it is in the journal when this returns.
  Status TryOut(int64_t index, const quantize::QuantPlan& plan) {
    ASSAY_ASSIGN_OR_RETURN(TrialRecord trial, runner_.Run(index, plan));
    if (journal_ == nullptr) ASSAY_RETURN_IF_ERROR(StartJournal());
    ASSAY_RETURN_IF_ERROR(journal_->Append(Line(trial)));
    result_.trials.push_back(std::move(trial));
    return {};
  }

  // A finished trial of an earlier process, from the journal.
  Status TakeOver(int64_t index, const quantize::QuantPlan& plan) {
    ASSAY_ASSIGN_OR_RETURN(TrialRecord known, past_.Record(index, plan, parts_.config.strategy));
    ASSAY_RETURN_IF_ERROR(past_.RestoreSeries(index, parts_.evaluator->objectives()));
    result_.trials.push_back(runner_.Judge(std::move(known)));
    return {};
  }

  // With the first finished trial, and not before: an earlier run's files stay beside the new ones.
  Status StartJournal() {
    const bool anew = past_.count() == 0;
    const auto file = parts_.workspace->journal();
    ASSAY_ASSIGN_OR_RETURN(auto journal, anew ? Journal::Create(file)
                                              : Journal::Continue(file, past_.journal_bytes()));
    journal_ = std::make_unique<Journal>(std::move(journal));
    if (anew) parts_.workspace->KeepEarlierResult();
    return {};
  }

  // A trial's line of the journal: the record, for people; and what was observed, to continue from.
  json Line(const TrialRecord& trial) const {
    std::vector<std::string> subjects = {TrialName(trial.index), BaselineBeside(trial.index)};
    json line = ToJson(trial);
    line["run"] = ToJson(key_);
    if (trial.index == 1) {
      subjects.push_back(kBaseline);
      if (!facts_.is_null()) line["facts"] = facts_;
      const auto& variants = result_.baseline.variants;
      if (!variants.empty()) line["baseline_variants"] = ToJson(variants);
      const auto classes = parts_.evaluator->predictions().ClassesOf(kBaseline);
      if (!classes.empty()) line["baseline_classes"] = classes;
    }
    line["series"] = SeriesToJson(parts_.evaluator->objectives(), subjects);
    return line;
  }

  const RunParts parts_;
  RunKey key_;
  PastTrials past_;
  std::unique_ptr<Journal> journal_;
  json facts_;             // Where the strategy wants them.
  double baseline_s_ = 0;  // What its evaluation took.
  TuneResult result_;
  const TrialRunner runner_;
  Selection selection_;
};

}  // namespace

const Confirmation* TuneResult::FindConfirmation(int64_t trial) const {
  const auto found = std::ranges::find(confirmations, trial, &Confirmation::trial);
  return found == confirmations.end() ? nullptr : &*found;
}

int TuneResult::exit_code() const { return interrupted ? 130 : ExitCode(status); }

Result<TuneResult> Tune(const TuneConfig& config, const TuneEvents& events, Crew* crew,
                        const VariantContest& contest) {
  ASSAY_ASSIGN_OR_RETURN(RunParts parts, RunParts::Make(config, events, crew, contest));
  return Run(std::move(parts)).Go();
}

}  // namespace assay::tune
