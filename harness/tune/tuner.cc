#include "harness/tune/tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <ranges>
#include <set>

#include "harness/measure/interrupt.h"
#include "harness/onnx/export.h"
#include "harness/tune/discrete_space.h"
#include "harness/tune/evaluator.h"
#include "harness/tune/journal.h"
#include "harness/tune/material.h"
#include "harness/tune/measured_variants.h"
#include "harness/tune/operator_facts.h"
#include "harness/tune/plan_search.h"
#include "harness/tune/ranker.h"
#include "harness/tune/result.h"
#include "harness/tune/run_key.h"
#include "harness/tune/series.h"
#include "harness/tune/settings.h"
#include "harness/tune/strategy.h"
#include "harness/tune/workspace.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

using nlohmann::json;

// The number at a path of keys, or nullptr.
const json* Find(const json& object, std::initializer_list<const char*> path) {
  const json* found = &object;
  for (const char* key : path) {
    if (!found->is_object() || !found->contains(key)) return nullptr;
    found = &found->at(key);
  }
  return found->is_number() ? found : nullptr;
}

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One run of the tuner: its parts, in the order in which they come to life.
class Run {
 public:
  Run(const TuneConfig& config, const TuneEvents& events, Crew* crew, const VariantContest& contest)
      : config_(config), events_(events), crew_(crew), contest_(contest) {}

  Result<TuneResult> Go() {
    ASSAY_RETURN_IF_ERROR(Prepare());
    const Status status = Work();
    std::error_code ignored;
    fs::remove(workspace_->candidate(), ignored);
    ASSAY_RETURN_IF_ERROR(status);
    return std::move(result_);
  }

 private:
  Status Prepare() {
    if (!config_.accuracy && !config_.exit_policy.performance_only) {
      return Error(
          fmt::format("{}: evaluation.accuracy is missing; expected labelled data, or "
                      "tuning.exit_policy.performance_only: True",
                      config_.file.string()));
    }
    ASSAY_ASSIGN_OR_RETURN(strategy_entry_, FindStrategy(config_.strategy));
    std::vector<std::string> names = config_.objectives.names;
    for (const Constraint& constraint : config_.constraints) names.push_back(constraint.objective);
    ASSAY_ASSIGN_OR_RETURN(auto objectives, MakeObjectives(names));
    ASSAY_ASSIGN_OR_RETURN(auto ranker, Ranker::Make(config_, objectives));
    ranker_ = std::make_unique<Ranker>(std::move(ranker));
    ASSAY_ASSIGN_OR_RETURN(material_, Material::Make(config_, events_.progress));
    ASSAY_ASSIGN_OR_RETURN(auto workspace, Workspace::Open(config_.workspace));
    workspace_ = std::make_unique<Workspace>(std::move(workspace));
    ASSAY_ASSIGN_OR_RETURN(auto evaluator, Evaluator::Make(config_, objectives, events_.progress));
    evaluator_ = std::make_unique<Evaluator>(std::move(evaluator));
    evaluator_->SetReference(&material_->baseline());
    evaluator_->SetCrew(crew_);
    OpenVariants();
    ASSAY_RETURN_IF_ERROR(LookBack());
    result_.best_file = workspace_->best();
    result_.result_file = workspace_->result();
    result_.warnings = config_.warnings;
    for (const auto& more : {ranker_->warnings(), evaluator_->warnings()}) {
      result_.warnings.insert(result_.warnings.end(), more.begin(), more.end());
    }
    return {};
  }

  // Where they are measured at all, fp32 runs with them as well.
  void OpenVariants() {
    if (!material_->baseline().measured_variants) return;
    ASSAY_CHECK(contest_ != nullptr);
    variants_ =
        std::make_unique<MeasuredVariants>(measure::TunedCache(), contest_, events_.progress);
    evaluator_->SetVariants(variants_.get());
  }

  Status Work() {
    const Status searched = Search();
    result_.interrupted = measure::Interrupted();
    if (!searched.ok() && !result_.interrupted) return searched;
    return result_.trials.empty() ? Status() : Conclude();
  }

  // Finds the finished trials of a run that was cut off.
  Status LookBack() {
    ASSAY_ASSIGN_OR_RETURN(
        key_, MakeRunKey(config_, material_->baseline().graph,
                         material_->calibration().fingerprint() + evaluator_->data_fingerprint()));
    ASSAY_ASSIGN_OR_RETURN(earlier_, workspace_->FindEarlierRun(key_, config_.resume));
    ASSAY_RETURN_IF_ERROR(RestoreVariants());
    if (!earlier_.trials.empty() && events_.resumed) {
      events_.resumed(static_cast<int64_t>(earlier_.trials.size()));
    }
    return {};
  }

  // What its trials were timed with goes before what the cache says by now.
  Status RestoreVariants() {
    for (int64_t index = 1; variants_ != nullptr && IsKnown(index); ++index) {
      const json& line = KnownLine(index);
      for (const json& text : {line.value("model", json::object()).value("variants", json()),
                               line.value("baseline_variants", json())}) {
        const auto variants = ParseVariants(text);
        if (!variants.ok()) return BadLine(index, variants.message());
        variants_->Restore(*variants);
      }
    }
    return {};
  }

  // With the first finished trial, and not before: an earlier run's files stay beside the new ones.
  Status StartJournal() {
    const bool anew = earlier_.trials.empty();
    ASSAY_ASSIGN_OR_RETURN(auto journal,
                           anew ? Journal::Create(workspace_->journal())
                                : Journal::Continue(workspace_->journal(), earlier_.journal_bytes));
    journal_ = std::make_unique<Journal>(std::move(journal));
    if (anew) workspace_->KeepEarlierResult();
    return {};
  }

  Status Search() {
    const Clock::time_point start = Clock::now();
    double earlier_s = 0;  // What the trials of an earlier process took.
    ASSAY_RETURN_IF_ERROR(ObserveBaseline());
    ASSAY_RETURN_IF_ERROR(material_->Calibrate());
    const auto& said = material_->warnings();
    result_.warnings.insert(result_.warnings.end(), said.begin(), said.end());
    auto strategy = strategy_entry_->make(material_->space().ops, config_.random_seed);
    ASSAY_RETURN_IF_ERROR(Inform(*strategy));
    PlanSearch search(material_->space(), std::move(strategy), strategy_entry_->chooses_settings);
    const ExitPolicyConfig& policy = config_.exit_policy;
    for (int64_t index = 1; index <= policy.max_trials; ++index) {
      const auto proposed = search.Next();
      if (!proposed) break;
      ASSAY_RETURN_IF_ERROR(IsKnown(index) ? TakeOver(index, *proposed) : TryOut(index, *proposed));
      const TrialRecord& trial = result_.trials.back();
      if (trial.resumed) earlier_s += trial.elapsed_s;
      search.Tell({trial.plan.operators, ranker_->Accuracy(index), ranker_->AccuracyLoss(index),
                   trial.feasible, ranker_->Cost(index), ranker_->LossDeviation(index),
                   ranker_->CostDeviation(index), RepeatedSeconds(trial.recipe_s)});
      const int64_t remaining = std::min(search.remaining(), policy.max_trials - index);
      if (events_.trial) events_.trial(trial, remaining);
      if (policy.performance_only) break;
      const bool first_will_do = !config_.objectives.multi && policy.timeout_s == 0;
      if (first_will_do && trial.accepted) {
        ASSAY_ASSIGN_OR_RETURN(const bool stands, Stands(index, policy.max_trials));
        if (stands) break;
      }
      if (policy.timeout_s > 0 && earlier_s + Since(start) > policy.timeout_s) break;
    }
    return {};
  }

  // With the first trial come the facts: what clocks said then decides the sequence.
  Status Inform(Strategy& strategy) {
    if (!strategy_entry_->wants_facts || config_.exit_policy.performance_only) return {};
    if (crew_ != nullptr) crew_->Quiet();
    Result<ModelFacts> facts = IsKnown(1) ? KnownFacts() : MeasureFacts();
    if (!facts.ok()) return IsKnown(1) ? BadLine(1, facts.status().message()) : facts.status();
    facts_ = ToJson(*facts);
    const CriterionConfig& criterion = config_.criterion;
    const ObjectiveRecord* accuracy = result_.baseline.Find("accuracy");
    const double whole = accuracy != nullptr ? std::abs(accuracy->summary.value) : 1;
    facts->loss_limit = criterion.limit * (criterion.relative ? whole : 1);
    WeighCosts(*facts);
    strategy.Inform(*facts);
    return {};
  }

  Result<ModelFacts> KnownFacts() const {
    const quantize::SearchSpace& space = material_->space();
    const size_t settings = strategy_entry_->chooses_settings ? AllSettings(space).size() : 0;
    return ParseFacts(KnownLine(1).value("facts", json()), space.ops, settings);
  }

  // What measured variants make of an operator counts, where nothing else is asked for.
  Result<std::optional<Tuning>> TuningOfFacts() {
    if (variants_ == nullptr || config_.variants.size() > 1) return std::optional<Tuning>();
    const DiscreteSpace operators(material_->space().ops);
    quantize::QuantPlan plan;
    plan.operators = operators.Config(operators.First());
    plan.calibration = material_->space().algorithms.front();
    ASSAY_ASSIGN_OR_RETURN(const auto whole, material_->quantizer().Quantize(plan));
    for (const Graph* graph : {&material_->source(), &whole.graph}) {
      ASSAY_RETURN_IF_ERROR(evaluator_->SettleVariants(*graph, 1, 1).status());
    }
    return std::optional(variants_->tuning());
  }

  Result<ModelFacts> MeasureFacts() {
    ASSAY_ASSIGN_OR_RETURN(auto tuning, TuningOfFacts());
    std::optional<TuningScope> follow;
    if (tuning) follow.emplace(std::move(tuning));
    ASSAY_ASSIGN_OR_RETURN(ModelFacts facts,
                           material_->MeasureFacts(material_->space().algorithms.front(),
                                                   config_.performance.threads));
    if (strategy_entry_->chooses_settings) {
      ASSAY_ASSIGN_OR_RETURN(SettingsFacts settings,
                             material_->MeasureSettings([this](int64_t first, auto inputs) {
                               return evaluator_->LoadInputs(first, inputs);
                             }));
      facts.settings_error = std::move(settings.error);
      facts.settings_s = std::move(settings.seconds);
    }
    facts.trial_s = baseline_s_;
    return facts;
  }

  // As Ranker::Cost weighs them; footprint goes with the size of the constants.
  void WeighCosts(ModelFacts& facts) const {
    const ObjectivesConfig& asked = config_.objectives;
    double latency = 0, bytes = 0, all = 0;
    for (size_t i = 0; i < asked.names.size(); ++i) {
      if (asked.names[i] == "accuracy") continue;
      const double weight = asked.weights.size() == asked.names.size() ? asked.weights[i] : 1;
      all += weight;
      if (asked.names[i] == "performance") latency += weight;
      if (asked.names[i] == "modelsize" || asked.names[i] == "footprint") bytes += weight;
    }
    if (all <= 0) return;  // Nothing but accuracy: as if latency had been asked for.
    facts.latency_weight = latency / all;
    facts.bytes_weight = bytes / all;
  }

  Status ObserveBaseline() {
    if (IsKnown(1)) {
      ASSAY_RETURN_IF_ERROR(Restore(1));  // With the first trial comes the baseline.
    } else {
      const Clock::time_point start = Clock::now();
      ASSAY_RETURN_IF_ERROR(evaluator_->ObserveAll(material_->baseline()));
      baseline_s_ = Since(start);
    }
    ASSAY_ASSIGN_OR_RETURN(result_.baseline.int8_share, Int8Share(material_->baseline().graph));
    result_.baseline.name = kBaseline;
    result_.baseline.file = config_.model_path.string();
    ASSAY_RETURN_IF_ERROR(ranker_->CheckCertifiable());
    result_.baseline.objectives = ranker_->Record(kBaseline);
    result_.baseline.variants = evaluator_->Variants(kBaseline);
    if (IsKnown(1)) {
      ASSAY_ASSIGN_OR_RETURN(result_.baseline.variants,
                             ParseVariants(KnownLine(1).value("baseline_variants", json())));
    }
    if (events_.baseline) events_.baseline(result_.baseline);
    return {};
  }

  // A plan as a model, written to the workspace.
  Result<Model> Candidate(int64_t index, const quantize::QuantPlan& plan) {
    Model model;
    model.name = TrialName(index);
    model.file = workspace_->candidate();
    model.threads = plan.threads;
    model.measured_variants = plan.variants == kMeasuredVariants;
    ASSAY_ASSIGN_OR_RETURN(quantize::Quantized quantized, material_->quantizer().Quantize(plan));
    model.graph = std::move(quantized.graph);
    recipe_s_ = std::move(quantized.recipe_s);
    ASSAY_RETURN_IF_ERROR(onnx::Export(model.graph, model.file, Metadata(plan)));
    return model;
  }

  // Writes the candidate, observes it in all passes (a hopeless one not in all), and appends it to
  // the journal.
  Status TryOut(int64_t index, const quantize::QuantPlan& plan) {
    const Clock::time_point start = Clock::now();
    ASSAY_ASSIGN_OR_RETURN(const Model model, Candidate(index, plan));
    ASSAY_RETURN_IF_ERROR(evaluator_->ObserveSize(model));
    if (evaluator_->has_accuracy() && !config_.exit_policy.performance_only) {
      auto early_stop = ranker_->MakeEarlyStop();
      ASSAY_RETURN_IF_ERROR(evaluator_->ObserveAccuracy(
          model, [&](auto outcomes) { return early_stop && (*early_stop)(outcomes); }));
    }
    if (!ranker_->Stopped(index)) ASSAY_RETURN_IF_ERROR(ObserveCost(index, model));
    ASSAY_ASSIGN_OR_RETURN(const double int8_share, Int8Share(model.graph));
    TrialRecord trial = Judge(index, plan, int8_share);
    trial.recipe_s = recipe_s_;
    if (!ranker_->Stopped(index)) trial.timings = evaluator_->timing_attempts();
    trial.model.agreement = evaluator_->predictions().Agreement(model.name, kBaseline);
    trial.model.variants = evaluator_->Variants(model.name);
    trial.elapsed_s = Since(start);
    if (journal_ == nullptr) ASSAY_RETURN_IF_ERROR(StartJournal());
    ASSAY_RETURN_IF_ERROR(journal_->Append(Line(trial)));
    result_.trials.push_back(std::move(trial));
    return {};
  }

  Status ObserveCost(int64_t index, const Model& model) {
    const Model* const both[] = {&material_->baseline(), &model};
    const std::string subjects[] = {BaselineBeside(index), model.name};
    ASSAY_RETURN_IF_ERROR(evaluator_->ObserveLatency(both, subjects));
    return evaluator_->ObserveFootprint(model);
  }

  // What the objectives now say of a trial.
  TrialRecord Judge(int64_t index, const quantize::QuantPlan& plan, double int8_share) const {
    TrialRecord trial;
    trial.index = index;
    trial.plan = plan;
    trial.model.name = TrialName(index);
    trial.model.int8_share = int8_share;
    trial.model.objectives = ranker_->RecordTrial(index);
    trial.feasible = ranker_->Feasible(index);
    trial.limit_p_value = ranker_->LimitPValue(index);
    if (ranker_->Stopped(index)) {
      const ObjectiveRecord* accuracy = trial.model.Find("accuracy");
      for (const NamedValue& detail : accuracy->summary.extras) {
        if (detail.name == "samples") trial.stopped_after = static_cast<int64_t>(detail.value);
      }
    }
    trial.violations = ranker_->Violations(index);
    trial.accepted = trial.feasible && ranker_->BeatsBaseline(index);
    return trial;
  }

  // A trial's line of the journal: the record, for people; and what was observed, to continue from.
  json Line(const TrialRecord& trial) const {
    std::vector<std::string> subjects = {TrialName(trial.index), BaselineBeside(trial.index)};
    if (trial.index == 1) subjects.push_back(kBaseline);
    json line = ToJson(trial);
    line["run"] = ToJson(key_);
    if (trial.index == 1 && !facts_.is_null()) line["facts"] = facts_;
    if (trial.index == 1 && !result_.baseline.variants.empty()) {
      line["baseline_variants"] = ToJson(result_.baseline.variants);
    }
    line["series"] = SeriesToJson(evaluator_->objectives(), subjects);
    return line;
  }

  bool IsKnown(int64_t index) const {
    return index <= static_cast<int64_t>(earlier_.trials.size());
  }
  const json& KnownLine(int64_t index) const {
    return earlier_.trials[static_cast<size_t>(index - 1)];
  }
  Status BadLine(int64_t index, const std::string& why) const {
    return Error(fmt::format("{}:{}: {}", workspace_->journal().string(), index, why));
  }

  Status Restore(int64_t index) {
    const Status status =
        RestoreSeries(KnownLine(index).value("series", json()), evaluator_->objectives());
    return status.ok() ? status : BadLine(index, status.message());
  }

  // A finished trial of an earlier process, from the journal. The strategy must propose it again.
  Status TakeOver(int64_t index, const quantize::QuantPlan& plan) {
    const auto text = [](const json& value) {  // A journal has its names in UTF-8.
      return value.dump(-1, ' ', false, json::error_handler_t::replace);
    };
    const json& line = KnownLine(index);
    bool same = line.value("trial", json()) == index;
    const json expected = ToJson(plan);
    for (const auto& [key, value] : expected.items()) {
      same = same && text(line.value(key, json())) == text(value);
    }
    if (!same) {
      return BadLine(index, fmt::format("is not what the strategy '{}' proposes as trial {}; start "
                                        "anew with --set tuning.workspace.resume=False",
                                        config_.strategy, index));
    }
    ASSAY_RETURN_IF_ERROR(Restore(index));
    const json* share = Find(line, {"model", "int8_share_of_macs"});
    const json* elapsed_s = Find(line, {"elapsed_s"});
    if (share == nullptr || elapsed_s == nullptr) return BadLine(index, "is not a whole record");
    TrialRecord trial = Judge(index, plan, share->get<double>());
    const json recipe_s = line.value("recipe_s", json::object());
    for (const auto& [recipe, seconds] : recipe_s.items()) {
      if (seconds.is_number()) trial.recipe_s[recipe] = seconds.get<double>();
    }
    trial.elapsed_s = elapsed_s->get<double>();
    ASSAY_ASSIGN_OR_RETURN(
        trial.model.variants,
        ParseVariants(line.value("model", json::object()).value("variants", json())));
    const json* timings = Find(line, {"timings"});
    trial.timings = timings != nullptr ? timings->get<int>() : 0;
    trial.resumed = true;
    result_.trials.push_back(std::move(trial));
    return {};
  }

  // Whether a winner is one on the samples that confirm as well, or there are none. `trials` are
  // those among which it was selected.
  Result<bool> Stands(int64_t index, int64_t trials) {
    if (evaluator_->confirmation_samples() == 0) return true;
    if (const Confirmation* known = result_.FindConfirmation(index)) return known->confirmed;
    if (result_.confirmations.empty()) {
      ASSAY_RETURN_IF_ERROR(
          evaluator_->ObserveConfirmation(material_->baseline(), Confirming(kBaseline)));
    }
    const auto& plan = result_.trials[static_cast<size_t>(index - 1)].plan;
    ASSAY_ASSIGN_OR_RETURN(const Model model, Candidate(index, plan));
    ASSAY_RETURN_IF_ERROR(evaluator_->ObserveConfirmation(model, Confirming(model.name)));
    result_.confirmations.push_back(ranker_->Confirm(index, trials));
    if (!result_.confirmations.back().confirmed) refuted_.insert(index);
    return result_.confirmations.back().confirmed;
  }

  // Evaluates a trial that was stopped to its end: as the closest of all it is what ships.
  Status Complete(int64_t index) {
    TrialRecord& trial = result_.trials[static_cast<size_t>(index - 1)];
    for (const auto& objective : evaluator_->objectives()) objective->Reset(TrialName(index));
    ASSAY_ASSIGN_OR_RETURN(const Model model, Candidate(index, trial.plan));
    ASSAY_RETURN_IF_ERROR(evaluator_->ObserveSize(model));
    ASSAY_RETURN_IF_ERROR(evaluator_->ObserveAccuracy(model));
    ASSAY_RETURN_IF_ERROR(ObserveCost(index, model));
    TrialRecord whole = Judge(index, trial.plan, trial.model.int8_share);
    whole.recipe_s = trial.recipe_s;
    whole.model.variants = evaluator_->Variants(TrialName(index));
    whole.elapsed_s = trial.elapsed_s;
    whole.timings = evaluator_->timing_attempts();
    trial = std::move(whole);
    return {};
  }

  // Ranks the trials until the best of them stands, or none is left.
  Status Rank() {
    const auto count = static_cast<int64_t>(result_.trials.size());
    bool stands = false;
    while (!stands) {
      result_.ranking = ranker_->Rank(count, refuted_);
      result_.status = result_.ranking.outcome.status;
      result_.best = result_.ranking.outcome.best;
      if (measure::Interrupted() || !result_.best) break;
      const TrialRecord& best = result_.trials[*result_.best];
      if (result_.status == TuneStatus::kBestEffort && best.stopped_after) {
        ASSAY_RETURN_IF_ERROR(Complete(best.index));
        continue;
      }
      if (result_.status != TuneStatus::kSatisfied) break;
      ASSAY_ASSIGN_OR_RETURN(stands, Stands(static_cast<int64_t>(*result_.best) + 1, count));
    }
    if (result_.status == TuneStatus::kBestEffort && !refuted_.empty()) {
      const int64_t closest = *std::ranges::min_element(
          refuted_, {}, [&](int64_t index) { return ranker_->ConfirmationShortfall(index); });
      result_.best = static_cast<size_t>(closest - 1);
    }
    if (result_.status == TuneStatus::kNoGain || !result_.best) return {};
    const auto* tried = result_.FindConfirmation(static_cast<int64_t>(*result_.best) + 1);
    if (tried != nullptr) result_.confirmed = tried->confirmed;
    return {};
  }

  // Ranks, writes the winner (or the fp32 model, when nothing gains) and result.json.
  Status Conclude() {
    Status ranked = Rank();
    result_.interrupted = measure::Interrupted();
    if (!ranked.ok() && !result_.interrupted) return ranked;
    material_->Finish();
    if (result_.status == TuneStatus::kNoGain) {
      ASSAY_RETURN_IF_ERROR(CopyWhole(material_->baseline().file, result_.best_file));
    } else if (result_.best) {
      TrialRecord& winner = result_.trials[*result_.best];
      ASSAY_ASSIGN_OR_RETURN(const auto best, material_->quantizer().Quantize(winner.plan));
      ASSAY_RETURN_IF_ERROR(onnx::Export(best.graph, result_.best_file, Metadata(winner.plan)));
      winner.model.file = result_.best_file.string();
    }
    ASSAY_RETURN_IF_ERROR(WriteFront());
    ASSAY_RETURN_IF_ERROR(WriteVariants());
    return WriteResult(config_, result_);
  }

  // Beside best.onnx: what it and fp32 were timed with. One of an earlier run goes.
  Status WriteVariants() {
    std::error_code ignored;
    fs::remove(workspace_->variants(), ignored);
    if (variants_ == nullptr) return {};
    result_.warnings.insert(result_.warnings.end(), variants_->warnings().begin(),
                            variants_->warnings().end());
    const bool fp32 = result_.status == TuneStatus::kNoGain || !result_.best;
    const ModelRecord& shipped = fp32 ? result_.baseline : result_.trials[*result_.best].model;
    std::map<TunedFor, measure::TunedShape> used;  // By both: they may share shapes.
    for (const auto* model : {&std::as_const(result_).baseline, &shipped}) {
      for (const auto& shape : model->variants) used[{shape.shape, shape.threads}] = shape;
    }
    if (used.empty()) return {};
    const auto winners = std::views::values(used);
    result_.variants_file = workspace_->variants();
    return WriteTuned(result_.variants_file, {winners.begin(), winners.end()});
  }

  // One model per trial of the front, where asked for; those of an earlier run go.
  Status WriteFront() {
    if (!config_.export_front) return {};
    const fs::path folder = workspace_->front();
    std::error_code error;
    fs::create_directory(folder, error);
    if (error) return Error(fmt::format("{}: {}", folder.string(), error.message()));
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const std::string name = entry.path().filename().string();
      std::error_code ignored;
      if (name.starts_with("trial_")) fs::remove(entry.path(), ignored);
    }
    for (const size_t index : result_.ranking.front) {
      const TrialRecord& trial = result_.trials[index];
      ASSAY_ASSIGN_OR_RETURN(const auto model, material_->quantizer().Quantize(trial.plan));
      const fs::path file = folder / fmt::format("trial_{}.onnx", trial.index);
      ASSAY_RETURN_IF_ERROR(onnx::Export(model.graph, file, Metadata(trial.plan)));
    }
    return {};
  }

  onnx::ExportOptions Metadata(const quantize::QuantPlan& plan) const {
    return ExportMetadata(material_->samples(), plan);
  }

  const TuneConfig& config_;
  const TuneEvents& events_;
  Crew* const crew_;
  const VariantContest& contest_;
  std::unique_ptr<MeasuredVariants> variants_;  // nullptr: none are asked for.
  const StrategyEntry* strategy_entry_ = nullptr;
  std::unique_ptr<Ranker> ranker_;
  std::unique_ptr<Material> material_;
  std::unique_ptr<Workspace> workspace_;
  RunKey key_;
  EarlierRun earlier_;
  std::set<int64_t> refuted_;  // Trials whose confirmation failed.
  std::unique_ptr<Evaluator> evaluator_;
  std::unique_ptr<Journal> journal_;
  json facts_;                              // Of the operators, where the strategy wants them.
  double baseline_s_ = 0;                   // What its evaluation took.
  std::map<std::string, double> recipe_s_;  // Of the candidate.
  TuneResult result_;
};

}  // namespace

const Confirmation* TuneResult::FindConfirmation(int64_t trial) const {
  const auto found = std::ranges::find(confirmations, trial, &Confirmation::trial);
  return found == confirmations.end() ? nullptr : &*found;
}

int TuneResult::exit_code() const { return interrupted ? 130 : ExitCode(status); }

Result<TuneResult> Tune(const TuneConfig& config, const TuneEvents& events, Crew* crew,
                        const VariantContest& contest) {
  return Run(config, events, crew, contest).Go();
}

}  // namespace assay::tune
