#include "objectives/multi_objective.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/base/check.h"
#include "objectives/objective.h"
#include "objectives/registry.h"
#include "objectives/text.h"

namespace assay {
namespace {

constexpr const char* kAccuracyName = "accuracy";
constexpr const char* kDirectionKey = "tuning.multi_objectives.higher_is_better";
constexpr const char* kWeightKey = "tuning.multi_objectives.weight";
constexpr const char* kMetricKey = "evaluation.accuracy.multi_metrics.metric";
constexpr const char* kMetricDirectionKey = "evaluation.accuracy.multi_metrics.higher_is_better";
constexpr const char* kMetricWeightKey = "evaluation.accuracy.multi_metrics.weight";

// A list of n: as it is, one value repeated, or `absent` repeated.
template <typename T>
Result<std::vector<T>> Spread(const std::string& key, const std::vector<T>& found, size_t n,
                              T absent) {
  if (found.size() == n) return found;
  if (found.size() == 1) return std::vector<T>(n, found[0]);
  if (found.empty()) return std::vector<T>(n, absent);
  const std::string allowed = n == 1 ? "1" : "1 or " + std::to_string(n);
  return Error(key + ": found " + std::to_string(found.size()) + " entries, " + Text(found) +
               "; allowed: " + allowed + ", one for each that is listed");
}

Status CheckNames(const std::string& key, const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (std::count(names.begin(), names.begin() + static_cast<ptrdiff_t>(i), names[i]) > 0) {
      return Error(key + ": found '" + names[i] + "' twice in " + Text(names) +
                   "; allowed: each name once");
    }
  }
  return {};
}

// Weights that sum to 1.
Result<std::vector<double>> CheckWeights(const std::string& key, std::vector<double> weight) {
  const auto bad = [](double w) { return !std::isfinite(w) || w < 0; };
  if (std::any_of(weight.begin(), weight.end(), bad)) {
    return Error(key + ": found " + Text(weight) + "; allowed: numbers that are not negative");
  }
  const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);
  if (!(sum > 0) || !std::isfinite(sum)) {
    return Error(key + ": found " + Text(weight) + "; allowed: at least one weight above 0");
  }
  for (double& w : weight) w /= sum;
  return weight;
}

}  // namespace

Result<MultiObjective> MultiObjective::Make(const MultiObjectiveConfig& config) {
  MultiObjective made;
  made.config_ = config;
  ASSAY_RETURN_IF_ERROR(made.ReadMetrics());
  ASSAY_RETURN_IF_ERROR(made.ReadObjectives());
  return made;
}

Status MultiObjective::ReadMetrics() {
  ASSAY_RETURN_IF_ERROR(CheckNames(kMetricKey, config_.metrics));
  criteria_ = {config_.criterion};
  const size_t n = config_.metrics.size();
  if (n <= 1) return {};
  if (!config_.metric_weight.empty()) {
    ASSAY_ASSIGN_OR_RETURN(config_.metric_weight,
                           Spread(kMetricWeightKey, config_.metric_weight, n, 1.0));
    return CheckWeights(kMetricWeightKey, config_.metric_weight).status();
  }
  ASSAY_ASSIGN_OR_RETURN(const std::vector<bool> directions,
                         Spread(kMetricDirectionKey, config_.metric_higher_is_better, n,
                                config_.criterion.higher_is_better));
  criteria_.assign(n, config_.criterion);
  for (size_t i = 0; i < n; ++i) criteria_[i].higher_is_better = directions[i];
  return {};
}

Status MultiObjective::ReadObjectives() {
  const std::vector<std::string>& names = config_.objectives;
  if (names.empty()) {
    return Error(config_.objective_key + ": found an empty list; allowed: any of " +
                 Text(ObjectiveNames()));
  }
  ASSAY_RETURN_IF_ERROR(CheckNames(config_.objective_key, names));
  ASSAY_ASSIGN_OR_RETURN(const std::vector<bool> directions,
                         Spread(kDirectionKey, config_.higher_is_better, names.size(), false));
  ASSAY_ASSIGN_OR_RETURN(std::vector<double> weight,
                         Spread(kWeightKey, config_.weight, names.size(), 1.0));
  ASSAY_ASSIGN_OR_RETURN(weight, CheckWeights(kWeightKey, std::move(weight)));
  for (size_t i = 0; i < names.size(); ++i) {
    const Result<ObjectiveInfo> info = FindObjective(names[i]);
    if (!info.ok()) return Error(config_.objective_key + ": " + info.message());
    const bool judged = names[i] == kAccuracyName;  // The criterion has its say.
    const bool own = judged ? config_.criterion.higher_is_better : info->higher_is_better;
    const bool higher_is_better = config_.higher_is_better.empty() ? own : directions[i];
    if (judged && criteria_.size() == 1 && higher_is_better != own) {
      return Error(std::string(kDirectionKey) + ": found " + Text(higher_is_better) +
                   " for accuracy; allowed: " + Text(own) +
                   ", as tuning.accuracy_criterion.higher_is_better says");
    }
    if (higher_is_better != own) {
      warnings_.push_back(std::string(kDirectionKey) + ": " + Text(higher_is_better) + " for '" +
                          names[i] + "' prefers what is worse by its nature");
    }
    AddColumns(names[i], i, higher_is_better, weight[i]);
  }
  return {};
}

void MultiObjective::AddColumns(const std::string& name, size_t objective, bool higher_is_better,
                                double weight) {
  Column column{.name = name,
                .objective = objective,
                .is_accuracy = name == kAccuracyName,
                .higher_is_better = higher_is_better,
                .weight = weight};
  if (!column.is_accuracy || criteria_.size() == 1) {
    columns_.push_back(column);
    return;
  }
  for (size_t i = 0; i < criteria_.size(); ++i) {
    column.name = name + "." + config_.metrics[i];
    column.accuracy = i;
    column.higher_is_better = criteria_[i].higher_is_better;
    column.weight = weight / static_cast<double>(criteria_.size());
    columns_.push_back(column);
  }
}

std::vector<double> MultiObjective::Accuracies(const Measured& trial) const {
  ASSAY_CHECK(trial.metrics.size() == std::max<size_t>(config_.metrics.size(), 1));
  if (criteria_.size() == trial.metrics.size()) return trial.metrics;
  const std::vector<double>& weight = config_.metric_weight;
  const double sum = std::inner_product(weight.begin(), weight.end(), trial.metrics.begin(), 0.0);
  const double total = config_.normalization == Normalization::kTrials
                           ? static_cast<double>(weight.size())
                           : std::accumulate(weight.begin(), weight.end(), 0.0);
  return {sum / total};
}

std::vector<double> MultiObjective::Values(const Measured& trial) const {
  ASSAY_CHECK(trial.values.size() == config_.objectives.size());
  const std::vector<double> accuracies = Accuracies(trial);
  std::vector<double> values;
  for (const Column& column : columns_) {
    values.push_back(column.is_accuracy ? accuracies[column.accuracy]
                                        : trial.values[column.objective]);
  }
  return values;
}

bool MultiObjective::Feasible(const Measured& trial, const Measured& baseline) const {
  const std::vector<double> found = Accuracies(trial);
  const std::vector<double> reference = Accuracies(baseline);
  if (trial.hopeless) return false;
  for (size_t i = 0; i < criteria_.size(); ++i) {
    if (!criteria_[i].Feasible(found[i], reference[i])) return false;
    if (!criteria_[i].confidence) continue;
    const bool tested = i < trial.limit_p_values.size();
    if (!tested || !(trial.limit_p_values[i] <= 1 - *criteria_[i].confidence)) return false;
  }
  ASSAY_CHECK(trial.constrained.size() == config_.constraints.size());
  for (size_t i = 0; i < config_.constraints.size(); ++i) {
    if (!config_.constraints[i].Met(trial.constrained[i])) return false;
  }
  return true;
}

bool MultiObjective::MeetsTargets(const std::vector<double>& metrics,
                                  const std::vector<double>& baseline) const {
  const std::vector<double> found = Accuracies({.metrics = metrics});
  const std::vector<double> reference = Accuracies({.metrics = baseline});
  for (size_t i = 0; i < criteria_.size(); ++i) {
    if (!criteria_[i].Feasible(found[i], reference[i])) return false;
  }
  return true;
}

double MultiObjective::TargetShortfall(const std::vector<double>& metrics,
                                       const std::vector<double>& baseline) const {
  const std::vector<double> found = Accuracies({.metrics = metrics});
  const std::vector<double> reference = Accuracies({.metrics = baseline});
  double worst = 0;
  for (size_t i = 0; i < criteria_.size(); ++i) {
    const double miss = criteria_[i].Shortfall(found[i], reference[i]);
    const double target = std::abs(criteria_[i].Target(reference[i]));
    worst = std::max(worst, target > 0 ? miss / target : miss);
  }
  return worst;
}

double MultiObjective::Shortfall(const Measured& trial, const Measured& baseline) const {
  double worst = TargetShortfall(trial.metrics, baseline.metrics);
  for (size_t i = 0; i < config_.constraints.size(); ++i) {
    const double value = trial.constrained[i];
    if (trial.hopeless && !IsAvailable(value)) continue;  // It was stopped before.
    worst = std::max(worst, config_.constraints[i].Excess(value));
  }
  return worst;
}

}  // namespace assay
