// MultiObjective: which of the trials wins. Feasibility first, then noise-aware dominance, then a
// weighted score of normalized objectives. One objective is the case of a list of one.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "objectives/change.h"
#include "objectives/constraint.h"
#include "objectives/criterion.h"
#include "objectives/outcome.h"

namespace assay {

enum class Normalization {
  kPareto,  // min and max over the Pareto front, the only trials that can win
  kTrials,  // INC 1.x's formula over all trials, infeasible ones masked, to reproduce an old choice
};

// As the configuration says it; an empty list is the default.
struct MultiObjectiveConfig {
  std::vector<std::string> objectives = {"performance"};
  std::vector<bool> higher_is_better = {};  // one, or one per objective; default: each one's own
  std::vector<double> weight = {};          // one, or one per objective; default: equal
  Normalization normalization = Normalization::kPareto;
  AccuracyCriterion criterion = {};
  // evaluation.accuracy.multi_metrics, where accuracy is more than one number: their names, and a
  // direction for each (default: the criterion's). With weights they are combined into one
  // accuracy; without, each must meet its target, and the objective `accuracy` stands for all of
  // them, sharing its weight.
  std::vector<std::string> metrics = {};  // empty: one, unnamed
  std::vector<bool> metric_higher_is_better = {};
  std::vector<double> metric_weight = {};
  // tuning.constraints: what a feasible trial keeps to beside the criterion.
  std::vector<Constraint> constraints = {};
  // The key that listed the objectives, for error messages.
  std::string objective_key = "tuning.multi_objectives.objective";
};

// The numbers of one model. Values that are not finite are unavailable and rank last.
struct Measured {
  std::vector<double> metrics = {};      // the accuracy, one value per metric: always judged
  std::vector<double> values = {};       // one per objective listed; that of `accuracy` is not read
  std::vector<double> constrained = {};  // one per constraint: its objective's
  // The change from the baseline to this trial, one per column (see MultiObjective::columns), or
  // empty where intervals are unknown.
  std::vector<std::optional<Change>> versus_baseline = {};
  // One per value of Accuracies: the p-value of "the limit is exceeded" (AccuracyCriterion). What
  // is not there was not certified. Read where the criterion has a confidence.
  std::vector<double> limit_p_values = {};
  bool hopeless = false;  // Its evaluation was stopped, since it cannot meet the target.
};

// The change from trial y to trial x (indices) in a column; nothing where no interval is known or
// values are exact: then values compare as they are. Rank asks once per pair of feasible trials; a
// caller that ranks after every trial, with bootstrap intervals (milliseconds each), keeps them.
using ChangeBetween = std::function<std::optional<Change>(size_t column, size_t x, size_t y)>;

struct Ranking {
  struct Entry {
    bool feasible = false;
    bool on_front = false;
    std::optional<double> score = {};  // in [0, 1]; only of a trial that can win
  };
  std::vector<Entry> trials = {};          // in the order given
  std::vector<size_t> front = {};          // Pareto front over the feasible trials, ascending
  std::vector<size_t> order = {};          // the trials that can win, best first
  std::optional<double> hypervolume = {};  // of the front; nothing where a reference is unavailable
  std::vector<bool> gains = {};            // per column: is the best better than the baseline?
  Outcome outcome = {};
};

class MultiObjective {
 public:
  // A number to be ranked: an objective, or one metric of the objective `accuracy`.
  struct Column {
    std::string name;      // "performance", "accuracy", "accuracy.top5"
    size_t objective = 0;  // index in the list
    bool is_accuracy = false;
    size_t accuracy = 0;  // index into Accuracies, where it is one
    bool higher_is_better = false;
    double weight = 0;  // all sum to 1
  };

  // Errors: an empty list, an unknown or repeated name, lists of a wrong length, a weight that is
  // negative or not finite, all-zero weights, directions that contradict the criterion. Each
  // message is "<key>: found ...; allowed ...".
  static Result<MultiObjective> Make(const MultiObjectiveConfig& config);

  const std::vector<Column>& columns() const { return columns_; }
  const MultiObjectiveConfig& config() const { return config_; }
  // One per value of Accuracies: the configuration's, each with the direction of its metric.
  const std::vector<AccuracyCriterion>& criteria() const { return criteria_; }
  // What is allowed yet hardly meant, such as "slower is better", one sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // What the criterion judges: the metric; or the weighted mean of several (with kTrials, INC's
  // mean of metric x weight, on whose scale an absolute limit then acts); or, without weights,
  // each.
  std::vector<double> Accuracies(const Measured& trial) const;
  // Whether every accuracy meets its target, at the criterion's confidence where it has one, and
  // every constraint is met. That all of several metrics are within their limits is then claimed
  // at this confidence without a correction for their number: where one is not, its own test alone
  // lets that pass with at most 1 - confidence, and the others can only refuse more (an
  // intersection-union test: Berger 1982, "Multiparameter hypothesis testing and acceptance
  // sampling"), however they depend on each other.
  bool Feasible(const Measured& trial, const Measured& baseline) const;
  // Whether every metric meets its target, without regard to confidence. Metrics as Measured has
  // them.
  bool MeetsTargets(const std::vector<double>& metrics, const std::vector<double>& baseline) const;
  // How far the metric that is farthest from its target is from it, as a share of that.
  double TargetShortfall(const std::vector<double>& metrics,
                         const std::vector<double>& baseline) const;
  // How far the accuracy is from its target, or an objective from its limit, as a share of that;
  // the farthest of them.
  double Shortfall(const Measured& trial, const Measured& baseline) const;

  // Ranks all trials. To take out a winner (its confirmation failed), rank the others again.
  Ranking Rank(std::span<const Measured> trials, const Measured& baseline,
               const ChangeBetween& change = nullptr) const;

  // INC's rule for a search that keeps a last accepted trial: feasible, and in every objective
  // smaller or equal (lower is better) or larger (higher is better) than the last, if any.
  bool Accepts(const Measured& trial, const Measured* last, const Measured& baseline) const;

  // Per column: better than the baseline beyond its interval.
  std::vector<bool> Gains(const Measured& trial, const Measured& baseline) const;
  // A gain in some column other than accuracy; or accuracy is all that is listed, so that nothing
  // else was asked for.
  bool BeatsBaseline(const Measured& trial, const Measured& baseline) const;

  // One value per column.
  std::vector<double> Values(const Measured& trial) const;

 private:
  MultiObjective() = default;
  Status ReadMetrics();
  Status ReadObjectives();
  void AddColumns(const std::string& name, size_t objective, bool higher_is_better, double weight);

  // The steps of Rank; `values` are those of all trials, one row each.
  void Score(const std::vector<std::vector<double>>& values, const std::vector<double>& baseline,
             Ranking& ranking) const;
  std::optional<double> FrontHypervolume(const std::vector<std::vector<double>>& values,
                                         const std::vector<size_t>& front,
                                         const Measured& baseline) const;
  Outcome Judge(std::span<const Measured> trials, const Measured& baseline,
                const std::vector<size_t>& order) const;

  MultiObjectiveConfig config_;
  std::vector<AccuracyCriterion> criteria_;  // one per value of Accuracies
  std::vector<Column> columns_;
  std::vector<std::string> warnings_;
};

}  // namespace assay
