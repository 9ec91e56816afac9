// Ranker: joins the objectives' results of all trials to the ranking of MultiObjective.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/tune/config.h"
#include "harness/tune/early_stop.h"
#include "harness/tune/trial.h"
#include "kernels/base/status.h"
#include "objectives/multi_objective.h"
#include "objectives/objective.h"

namespace assay::tune {

inline constexpr const char* kBaseline = "fp32";
// A trial, and the baseline as it was timed in the same rounds.
std::string TrialName(int64_t index);
std::string BaselineBeside(int64_t index);
// Either of them on the samples that confirm: "fp32, confirmation".
std::string Confirming(const std::string& name);

class Ranker {
 public:
  // Error: what the configuration says of objectives, weights, directions or the criterion is
  // wrong.
  static Result<Ranker> Make(const TuneConfig& config,
                             std::vector<std::shared_ptr<Objective>> objectives);

  // What the objectives know of a model; of a trial also the change from the baseline.
  std::vector<ObjectiveRecord> Record(const std::string& name) const;
  std::vector<ObjectiveRecord> RecordTrial(int64_t index) const;

  // Ranks trials 1..count, without those that were refuted: they are not feasible after all.
  Ranking Rank(int64_t count, const std::set<int64_t>& refuted = {}) const;
  bool Feasible(int64_t index) const;
  bool BeatsBaseline(int64_t index) const;
  // Of the objectives listed beside accuracy, the weighted mean of trial / fp32, inverted where
  // higher is better: below 1 is a gain. NaN where there is none, or one is unavailable.
  double Cost(int64_t index) const;
  // Accuracy of a trial, and how much worse than the baseline it is, the direction applied.
  double Accuracy(int64_t index) const;
  double AccuracyLoss(int64_t index) const;
  // Standard deviations of both by the noise of their measurement, as their intervals say; NaN
  // where there is none.
  double LossDeviation(int64_t index) const;
  double CostDeviation(int64_t index) const;
  // The constraints that a trial breaks.
  std::vector<Violation> Violations(int64_t index) const;
  // Whether its evaluation was stopped.
  bool Stopped(int64_t index) const;
  // Of "the limit is exceeded", of several metrics: by one of them; where the criterion has a
  // confidence and the metrics have outcomes.
  std::optional<double> LimitPValue(int64_t index) const;

  // Tells a trial that cannot meet the criterion from its first outcomes; nothing where every trial
  // is wanted whole: INC's normalization takes all of them for its scale.
  std::optional<EarlyStop> MakeEarlyStop() const;
  // What the observed confirmation says, of a search of so many trials.
  Confirmation Confirm(int64_t index, int64_t trials) const;
  // How far a refuted trial is from the target on the samples that confirm, as a share of that.
  double ConfirmationShortfall(int64_t index) const;
  // Error: a confidence was asked for, but a metric, now observed, has no outcomes of samples.
  Status CheckCertifiable() const;
  const std::vector<std::string>& warnings() const { return judge_.warnings(); }

 private:
  Ranker(MultiObjective judge, std::vector<std::shared_ptr<Objective>> objectives,
         std::vector<std::string> listed, bool accuracy_judged)
      : judge_(std::move(judge)),
        objectives_(std::move(objectives)),
        listed_(std::move(listed)),
        accuracy_judged_(accuracy_judged) {}

  Objective& Find(const std::string& name) const;
  // From the baseline timed or evaluated beside the trial, to the trial.
  std::optional<Change> VersusBaseline(const Objective& objective, int64_t index) const;
  std::optional<Change> ColumnVersusBaseline(size_t column, int64_t index) const;
  std::optional<Change> Between(size_t column, int64_t x, int64_t y) const;
  // One per criterion; empty where a metric does not tell.
  std::vector<double> LimitPValues(const std::string& trial, const std::string& baseline) const;
  // Of a criterion's metric.
  Series MetricSeries(const std::string& name, size_t criterion) const;
  double ValueOf(const Objective& objective, int64_t index) const;
  Measured AsTrial(int64_t index) const;
  Measured Baseline() const;
  std::vector<double> Metrics(const std::string& name) const;

  MultiObjective judge_;
  std::vector<std::shared_ptr<Objective>> objectives_;
  std::vector<std::string> listed_;
  bool accuracy_judged_;
};

}  // namespace assay::tune
