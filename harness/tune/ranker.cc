#include "harness/tune/ranker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::tune {
namespace {

constexpr const char* kAccuracy = "accuracy";

// The value of a trial on the baseline's own clock: timings of two trials lie minutes apart, and
// only their changes from the baseline, each interleaved with it, can be compared.
double Anchored(double baseline, const Change& change) {
  return change.kind == Change::Kind::kRatio ? baseline * change.estimate.value
                                             : baseline + change.estimate.value;
}

// Of an estimate whose interval this is, taken for one of 95 % of a normal distribution.
double Deviation(const Interval& interval) { return (interval.hi - interval.lo) / (2 * 1.96); }

// Of p-values of which all must be small; nothing where there are none.
std::optional<double> Largest(const std::vector<double>& p_values) {
  if (p_values.empty()) return std::nullopt;
  return std::ranges::max(p_values);
}

}  // namespace

std::string TrialName(int64_t index) { return fmt::format("trial {}", index); }
std::string BaselineBeside(int64_t index) {
  return fmt::format("{} beside trial {}", kBaseline, index);
}

std::string Confirming(const std::string& name) { return name + ", confirmation"; }

Result<Ranker> Ranker::Make(const TuneConfig& config,
                            std::vector<std::shared_ptr<Objective>> objectives) {
  const auto limit = std::optional<double>(config.criterion.limit);
  const std::string where = config.file.string();
  auto criterion = AccuracyCriterion::Make(config.criterion.relative ? limit : std::nullopt,
                                           config.criterion.relative ? std::nullopt : limit,
                                           config.criterion.higher_is_better);
  if (!criterion.ok()) return Error(fmt::format("{}: {}", where, criterion.message()));
  const bool judged = config.accuracy.has_value() && !config.exit_policy.performance_only;
  if (judged) criterion->confidence = config.criterion.confidence;
  MultiObjectiveConfig multi;
  multi.objectives = config.objectives.names;
  multi.higher_is_better = config.objectives.higher_is_better;
  multi.weight = config.objectives.weights;
  multi.normalization =
      config.objectives.normalization == "trials" ? Normalization::kTrials : Normalization::kPareto;
  multi.criterion = *criterion;
  multi.constraints = config.constraints;
  if (judged && config.accuracy->several()) {
    for (const data::MetricSpec& metric : config.accuracy->metrics) {
      multi.metrics.push_back(metric.name);
    }
    ASSAY_ASSIGN_OR_RETURN(const auto set, data::MetricSet::Make(config.accuracy->metrics, {}));
    multi.metric_higher_is_better = set.directions();
  }
  if (!config.objectives.multi) multi.objective_key = "tuning.objective";
  auto judge = MultiObjective::Make(multi);
  if (!judge.ok()) {
    return Error(fmt::format("{}: {}", config.objectives.where, judge.message()));
  }
  return Ranker(*std::move(judge), std::move(objectives), multi.objectives, judged);
}

Objective& Ranker::Find(const std::string& name) const {
  const auto it = std::ranges::find_if(
      objectives_, [&](const auto& objective) { return objective->name() == name; });
  ASSAY_CHECK(it != objectives_.end());
  return **it;
}

std::optional<Change> Ranker::VersusBaseline(const Objective& objective, int64_t index) const {
  const bool timed = objective.info().pass == Pass::kLatency;
  return objective.Compare(TrialName(index), timed ? BaselineBeside(index) : kBaseline);
}

std::vector<ObjectiveRecord> Ranker::Record(const std::string& name) const {
  std::vector<ObjectiveRecord> records;
  for (const auto& objective : objectives_) {
    if (objective->results(name).values.empty()) continue;
    records.push_back(MakeRecord(*objective, name));
  }
  return records;
}

std::vector<ObjectiveRecord> Ranker::RecordTrial(int64_t index) const {
  const std::string baseline = kBaseline, beside = BaselineBeside(index);
  std::vector<ObjectiveRecord> records;
  for (const auto& objective : objectives_) {
    if (objective->results(TrialName(index)).values.empty()) continue;
    const bool timed = objective->info().pass == Pass::kLatency;
    records.push_back(MakeRecord(*objective, TrialName(index), timed ? &beside : &baseline));
  }
  return records;
}

// Without an accuracy check every model is as accurate as the baseline.
std::vector<double> Ranker::Metrics(const std::string& name) const {
  if (!accuracy_judged_) return {1.0};
  const std::vector<std::string>& wanted = judge_.config().metrics;
  if (wanted.empty()) return {Find(kAccuracy).Value(name)};
  std::vector<double> values(wanted.size(), kUnavailable);
  for (const NamedValue& detail : Find(kAccuracy).results(name).details) {
    const auto metric = std::ranges::find(wanted, detail.name);
    if (metric != wanted.end()) {
      values[static_cast<size_t>(metric - wanted.begin())] = detail.value;
    }
  }
  return values;
}

Measured Ranker::Baseline() const {
  Measured baseline;
  baseline.metrics = Metrics(kBaseline);
  for (const std::string& name : listed_) baseline.values.push_back(Find(name).Value(kBaseline));
  return baseline;
}

double Ranker::ValueOf(const Objective& objective, int64_t index) const {
  const auto change = VersusBaseline(objective, index);
  const bool anchored = change && objective.info().pass == Pass::kLatency;
  return anchored ? Anchored(objective.Value(kBaseline), *change)
                  : objective.Value(TrialName(index));
}

std::vector<Violation> Ranker::Violations(int64_t index) const {
  std::vector<Violation> violations;
  for (const Constraint& constraint : judge_.config().constraints) {
    const Objective& objective = Find(constraint.objective);
    const double value = ValueOf(objective, index);
    if (!constraint.Met(value)) violations.push_back({objective.info(), value, constraint.text});
  }
  return violations;
}

Measured Ranker::AsTrial(int64_t index) const {
  Measured trial;
  trial.metrics = Metrics(TrialName(index));
  trial.metrics[0] = Accuracy(index);
  trial.hopeless = Stopped(index);
  trial.limit_p_values = LimitPValues(TrialName(index), kBaseline);
  for (const std::string& name : listed_) trial.values.push_back(ValueOf(Find(name), index));
  for (const Constraint& constraint : judge_.config().constraints) {
    trial.constrained.push_back(ValueOf(Find(constraint.objective), index));
  }
  for (size_t column = 0; column < judge_.columns().size(); ++column) {
    trial.versus_baseline.push_back(ColumnVersusBaseline(column, index));
  }
  return trial;
}

// Of several metrics every one is a column.
std::optional<Change> Ranker::ColumnVersusBaseline(size_t column, int64_t index) const {
  const MultiObjective::Column& what = judge_.columns()[column];
  const Objective& objective = Find(listed_[what.objective]);
  if (what.accuracy == 0) return VersusBaseline(objective, index);
  return CompareMetric(objective, what.accuracy, TrialName(index), kBaseline);
}

std::optional<Change> Ranker::Between(size_t column, int64_t x, int64_t y) const {
  const Objective& objective = Find(listed_[judge_.columns()[column].objective]);
  if (const size_t metric = judge_.columns()[column].accuracy; metric > 0) {
    return CompareMetric(objective, metric, TrialName(x), TrialName(y));
  }
  if (objective.info().pass != Pass::kLatency) {
    return objective.Compare(TrialName(x), TrialName(y));
  }
  const auto change_x = VersusBaseline(objective, x);
  const auto change_y = VersusBaseline(objective, y);
  if (!change_x || !change_y || change_x->kind != change_y->kind) return std::nullopt;
  if (change_x->kind == Change::Kind::kRatio) {
    return Change::Ratio(IndependentRatio(change_x->estimate, change_y->estimate));
  }
  return Change::Difference(IndependentDifference(change_x->estimate, change_y->estimate));
}

Ranking Ranker::Rank(int64_t count, const std::set<int64_t>& refuted) const {
  std::vector<Measured> trials;
  for (int64_t index = 1; index <= count; ++index) {
    trials.push_back(AsTrial(index));
    trials.back().hopeless = trials.back().hopeless || refuted.contains(index);
  }
  return judge_.Rank(trials, Baseline(), [this](size_t column, size_t x, size_t y) {
    return Between(column, static_cast<int64_t>(x) + 1, static_cast<int64_t>(y) + 1);
  });
}

bool Ranker::Feasible(int64_t index) const { return judge_.Feasible(AsTrial(index), Baseline()); }

bool Ranker::BeatsBaseline(int64_t index) const {
  return judge_.BeatsBaseline(AsTrial(index), Baseline());
}

double Ranker::Cost(int64_t index) const {
  const std::vector<double> trial = judge_.Values(AsTrial(index));
  const std::vector<double> baseline = judge_.Values(Baseline());
  double sum = 0, weights = 0;
  for (size_t i = 0; i < trial.size(); ++i) {
    const MultiObjective::Column& column = judge_.columns()[i];
    if (column.is_accuracy) continue;
    const double ratio = column.higher_is_better ? baseline[i] / trial[i] : trial[i] / baseline[i];
    sum += column.weight * ratio;
    weights += column.weight;
  }
  return sum / weights;  // NaN where both are 0.
}

double Ranker::LossDeviation(int64_t index) const {
  const auto change = VersusBaseline(Find(kAccuracy), index);
  return change ? Deviation(change->estimate.interval) : kUnavailable;
}

double Ranker::CostDeviation(int64_t index) const {
  double variance = 0, weights = 0;
  for (const MultiObjective::Column& column : judge_.columns()) {
    if (column.is_accuracy) continue;
    weights += column.weight;
    const auto change = VersusBaseline(Find(listed_[column.objective]), index);
    if (!change || change->kind != Change::Kind::kRatio) continue;  // Sizes are exact.
    const double deviation = column.weight * Deviation(change->estimate.interval);
    variance += deviation * deviation;
  }
  return std::sqrt(variance) / weights;
}

bool Ranker::Stopped(int64_t index) const {
  return accuracy_judged_ && !Find(kAccuracy).results(TrialName(index)).complete;
}

// Of a trial that was stopped: the baseline's, and the change on the samples that both have seen.
double Ranker::Accuracy(int64_t index) const {
  const double seen = Metrics(TrialName(index))[0];
  if (!Stopped(index)) return seen;
  const auto change = VersusBaseline(Find(kAccuracy), index);
  return change ? Anchored(Metrics(kBaseline)[0], *change) : seen;
}

double Ranker::AccuracyLoss(int64_t index) const {
  const double loss = Metrics(kBaseline)[0] - Accuracy(index);
  return judge_.config().criterion.higher_is_better ? loss : -loss;
}

Series Ranker::MetricSeries(const std::string& name, size_t criterion) const {
  const Series& all = Find(kAccuracy).results(name);
  if (judge_.criteria().size() == 1) return all;
  return criterion < all.metrics.size() ? all.OfMetric(criterion) : Series();
}

std::vector<double> Ranker::LimitPValues(const std::string& trial,
                                         const std::string& baseline) const {
  if (!judge_.config().criterion.confidence) return {};
  std::vector<double> p_values;
  for (size_t i = 0; i < judge_.criteria().size(); ++i) {
    const Series of_trial = MetricSeries(trial, i), of_baseline = MetricSeries(baseline, i);
    if (!of_trial.complete || of_trial.outcomes.size() != of_baseline.outcomes.size()) return {};
    p_values.push_back(judge_.criteria()[i].LimitPValue(of_trial.outcomes, of_baseline.outcomes));
  }
  return p_values;
}

std::optional<double> Ranker::LimitPValue(int64_t index) const {
  return Largest(LimitPValues(TrialName(index), kBaseline));
}

std::optional<EarlyStop> Ranker::MakeEarlyStop() const {
  const bool whole = judge_.config().normalization == Normalization::kTrials;
  if (!accuracy_judged_ || whole) return std::nullopt;
  std::vector<EarlyStop::Judged> judged;
  for (size_t i = 0; i < judge_.criteria().size(); ++i) {
    judged.push_back({judge_.criteria()[i], MetricSeries(kBaseline, i).outcomes});
  }
  return EarlyStop(judged);
}

Status Ranker::CheckCertifiable() const {
  if (!judge_.config().criterion.confidence) return {};
  for (size_t i = 0; i < judge_.criteria().size(); ++i) {
    if (!MetricSeries(kBaseline, i).outcomes.empty()) continue;
    const std::vector<std::string>& several = judge_.config().metrics;
    return Error(
        fmt::format("tuning.accuracy_criterion.confidence: the metric{} has no outcomes of single "
                    "samples; expected one that has, such as topk, or no confidence",
                    i < several.size() ? " " + several[i] : ""));
  }
  return {};
}

Confirmation Ranker::Confirm(int64_t index, int64_t trials) const {
  const Objective& accuracy = Find(kAccuracy);
  const std::string name = Confirming(TrialName(index)), baseline = Confirming(kBaseline);
  const AccuracyCriterion& criterion = judge_.config().criterion;
  Confirmation result;
  result.trial = index;
  result.samples = accuracy.results(name).samples;
  result.baseline = MakeRecord(accuracy, baseline);
  result.model = MakeRecord(accuracy, name, &baseline);
  result.confirmed = judge_.MeetsTargets(Metrics(name), Metrics(baseline));
  for (const Constraint& constraint : judge_.config().constraints) {
    // The others' values do not hang on samples.
    if (constraint.objective != kAccuracy) continue;
    result.confirmed = result.confirmed && constraint.Met(accuracy.Value(name));
  }
  if (!criterion.confidence) return result;
  result.confidence = ConfirmationConfidence(*criterion.confidence, trials);
  result.limit_p_value = Largest(LimitPValues(name, baseline));
  result.confirmed =
      result.confirmed && result.limit_p_value && *result.limit_p_value <= 1 - *result.confidence;
  return result;
}

double Ranker::ConfirmationShortfall(int64_t index) const {
  return judge_.TargetShortfall(Metrics(Confirming(TrialName(index))),
                                Metrics(Confirming(kBaseline)));
}

}  // namespace assay::tune
