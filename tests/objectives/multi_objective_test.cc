#include "objectives/multi_objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "objectives/objective.h"

namespace assay {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

// The mission's own example.
MultiObjectiveConfig AccuracyAndPerformance() {
  return {.objectives = {"accuracy", "performance"},
          .higher_is_better = {true, false},
          .weight = {0.8, 0.2}};
}

MultiObjective Make(const MultiObjectiveConfig& config) {
  Result<MultiObjective> made = MultiObjective::Make(config);
  EXPECT_TRUE(made.ok()) << made.message();
  return *std::move(made);
}

std::string ErrorOf(const MultiObjectiveConfig& config) {
  return MultiObjective::Make(config).message();
}

// Accuracy and latency.
Measured Model(double accuracy, double seconds) {
  return {.metrics = {accuracy}, .values = {accuracy, seconds}};
}

TEST(MultiObjectiveConfig, DefaultsToPerformanceAlone) {
  const MultiObjective objective = Make({});
  ASSERT_THAT(objective.columns(), SizeIs(1));
  EXPECT_EQ(objective.columns()[0].name, "performance");
  EXPECT_FALSE(objective.columns()[0].higher_is_better);
  EXPECT_EQ(objective.columns()[0].weight, 1);
}

TEST(MultiObjectiveConfig, AbsentDirectionsAreEachObjectivesOwnAndAbsentWeightsAreEqual) {
  const MultiObjective objective =
      Make({.objectives = {"accuracy", "performance", "footprint", "modelsize"}});
  std::vector<bool> higher;
  for (const auto& column : objective.columns()) {
    higher.push_back(column.higher_is_better);
    EXPECT_EQ(column.weight, 0.25);
  }
  EXPECT_THAT(higher, ElementsAre(true, false, false, false));
  EXPECT_THAT(objective.warnings(), IsEmpty());
}

TEST(MultiObjectiveConfig, WeightsAreNormalizedAndOneEntryServesAll) {
  const MultiObjective three = Make({.objectives = {"performance", "footprint"}, .weight = {3, 1}});
  EXPECT_EQ(three.columns()[0].weight, 0.75);
  const MultiObjective one = Make(
      {.objectives = {"performance", "footprint"}, .higher_is_better = {false}, .weight = {7}});
  EXPECT_EQ(one.columns()[1].weight, 0.5);
}

TEST(MultiObjectiveConfig, AccuracyFollowsTheCriterionsDirection) {
  MultiObjectiveConfig config{.objectives = {"accuracy"}};
  config.criterion.higher_is_better = false;  // A loss, say.
  EXPECT_FALSE(Make(config).columns()[0].higher_is_better);
}

TEST(MultiObjectiveConfig, ADirectionAgainstNatureIsAWarning) {
  const MultiObjective objective =
      Make({.objectives = {"performance"}, .higher_is_better = {true}});
  ASSERT_THAT(objective.warnings(), SizeIs(1));
  EXPECT_THAT(objective.warnings()[0], HasSubstr("True for 'performance'"));
}

TEST(MultiObjectiveConfig, SeveralMetricsShareTheWeightOfAccuracy) {
  MultiObjectiveConfig config = AccuracyAndPerformance();
  config.metrics = {"top1", "loss"};
  config.metric_higher_is_better = {true, false};
  const MultiObjective objective = Make(config);
  ASSERT_THAT(objective.columns(), SizeIs(3));
  EXPECT_EQ(objective.columns()[0].name, "accuracy.top1");
  EXPECT_EQ(objective.columns()[1].name, "accuracy.loss");
  EXPECT_FALSE(objective.columns()[1].higher_is_better);
  EXPECT_EQ(objective.columns()[1].weight, 0.4);
  EXPECT_THAT(objective.Values({.metrics = {0.9, 2}, .values = {0, 1e-3}}),
              ElementsAre(0.9, 2, 1e-3));
  const Measured baseline{.metrics = {0.9, 2.0}, .values = {0, 1}};
  EXPECT_TRUE(objective.Feasible({.metrics = {0.892, 2.01}, .values = {0, 1}}, baseline));
  EXPECT_FALSE(objective.Feasible({.metrics = {0.88, 1.0}, .values = {0, 1}}, baseline));
  EXPECT_FALSE(objective.Feasible({.metrics = {0.95, 2.03}, .values = {0, 1}}, baseline));
}

TEST(MultiObjectiveConfig, WeightedMetricsAreOneAccuracy) {
  MultiObjectiveConfig config = AccuracyAndPerformance();
  config.metrics = {"top1", "top5"};
  config.metric_weight = {3, 1};
  const Measured model{.metrics = {0.8, 1.0}, .values = {0, 1e-3}};
  EXPECT_THAT(Make(config).Accuracies(model), ElementsAre(DoubleEq(0.85)));
  EXPECT_THAT(Make(config).columns(), SizeIs(2));
  config.normalization = Normalization::kTrials;  // INC: the mean of metric x weight.
  EXPECT_THAT(Make(config).Accuracies(model), ElementsAre(DoubleEq(1.7)));
}

// INC answered every mistake with the same sentence.
TEST(IncDefect, EachConfigurationErrorNamesItsKeyWhatWasFoundAndWhatIsAllowed) {
  const std::string objective = "tuning.multi_objectives.objective: ";
  const std::string weight = "tuning.multi_objectives.weight: ";
  const std::string direction = "tuning.multi_objectives.higher_is_better: ";
  MultiObjectiveConfig config = AccuracyAndPerformance();

  config.objectives = {};
  EXPECT_THAT(ErrorOf(config), StartsWith(objective + "found an empty list; allowed: any of ["));
  config.objectives = {"accuracy", "perfomance"};
  EXPECT_THAT(ErrorOf(config), StartsWith(objective + "unknown objective 'perfomance'; did you "
                                                      "mean 'performance'?"));
  config.objectives = {"accuracy", "accuracy"};
  EXPECT_EQ(ErrorOf(config), objective +
                                 "found 'accuracy' twice in [accuracy, accuracy]; "
                                 "allowed: each name once");
  config = AccuracyAndPerformance();
  config.weight = {0.5, 0.3, 0.2};
  EXPECT_EQ(ErrorOf(config), weight +
                                 "found 3 entries, [0.5, 0.3, 0.2]; allowed: 1 or 2, one for "
                                 "each that is listed");
  config.weight = {0.8, -0.2};
  EXPECT_EQ(ErrorOf(config), weight + "found [0.8, -0.2]; allowed: numbers that are not negative");
  config.weight = {std::nan(""), 1};
  EXPECT_THAT(ErrorOf(config), StartsWith(weight + "found [nan, 1]; allowed: "));
  config.weight = {0, 0};
  EXPECT_EQ(ErrorOf(config), weight + "found [0, 0]; allowed: at least one weight above 0");
  config = AccuracyAndPerformance();
  config.higher_is_better = {true, false, false};
  EXPECT_THAT(ErrorOf(config), StartsWith(direction + "found 3 entries, [True, False, False]; "));
  config.higher_is_better = {false};
  EXPECT_EQ(ErrorOf(config), direction +
                                 "found False for accuracy; allowed: True, as "
                                 "tuning.accuracy_criterion.higher_is_better says");
  config = AccuracyAndPerformance();
  config.metrics = {"top1", "top5"};
  config.metric_weight = {1, 2, 3};
  EXPECT_THAT(ErrorOf(config), StartsWith("evaluation.accuracy.multi_metrics.weight: found 3 "));
  config.metric_weight = {};
  config.metric_higher_is_better = {true, true, true};
  EXPECT_THAT(ErrorOf(config),
              StartsWith("evaluation.accuracy.multi_metrics.higher_is_better: found 3 "));
}

TEST(MultiObjectiveConfig, ASingleObjectiveIsNamedByItsOwnKey) {
  EXPECT_THAT(ErrorOf({.objectives = {"speed"}, .objective_key = "tuning.objective"}),
              StartsWith("tuning.objective: unknown objective 'speed'"));
}

TEST(Rank, ScoresOverTheFrontAndPrefersTheWeightier) {
  const MultiObjective objective = Make(AccuracyAndPerformance());
  const Measured fp32 = Model(0.930, 10e-3);
  const Measured trials[] = {Model(0.929, 6e-3), Model(0.925, 4e-3), Model(0.924, 5e-3)};
  const Ranking ranking = objective.Rank(trials, fp32);
  EXPECT_THAT(ranking.front, ElementsAre(0, 1));  // The third is dominated by the second.
  EXPECT_THAT(ranking.order, ElementsAre(0, 1));
  EXPECT_DOUBLE_EQ(*ranking.trials[0].score, 0.8);
  EXPECT_DOUBLE_EQ(*ranking.trials[1].score, 0.2);
  EXPECT_FALSE(ranking.trials[2].score.has_value());
  EXPECT_TRUE(ranking.trials[2].feasible);
  EXPECT_THAT(ranking.gains, ElementsAre(false, true));
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kSatisfied);
  // Boxes down to the target 0.9207 and fp32's 10 ms.
  EXPECT_NEAR(*ranking.hypervolume, 0.0083 * 4e-3 + 0.0043 * 2e-3, 1e-12);
}

// 0.06 points more accuracy, pure luck, must not buy a half-fp32 model.
TEST(Rank, AccuracyWithinTheNoiseBuysNothing) {
  const MultiObjective objective = Make(AccuracyAndPerformance());
  const Measured fp32 = Model(0.9310, 10e-3);
  const Measured trials[] = {Model(0.9306, 8e-3), Model(0.9300, 4e-3)};
  EXPECT_EQ(objective.Rank(trials, fp32).outcome.best, 0u);  // Compared as they are.
  const ChangeBetween noise = [&](size_t column, size_t x, size_t y) -> std::optional<Change> {
    const double a = trials[x].values[column], b = trials[y].values[column];
    if (column == 0) return Change::Difference({a - b, {a - b - 0.004, a - b + 0.004}});
    return Change::Ratio({a / b, {0.97 * a / b, 1.03 * a / b}});
  };
  const Ranking ranking = objective.Rank(trials, fp32, noise);
  EXPECT_EQ(ranking.outcome.best, 1u);
  EXPECT_THAT(ranking.front, ElementsAre(1));
}

TEST(Rank, AsksForEachPairOnce) {
  const MultiObjective objective = Make(AccuracyAndPerformance());
  std::vector<Measured> trials(4, Model(0.9, 1));
  trials.push_back(Model(0.1, 1));  // Infeasible: nobody asks.
  std::vector<std::vector<size_t>> asked;
  const ChangeBetween change = [&](size_t column, size_t x, size_t y) -> std::optional<Change> {
    asked.push_back({column, std::min(x, y), std::max(x, y)});
    return std::nullopt;
  };
  objective.Rank(trials, Model(0.9, 2), change);
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(std::unique(asked.begin(), asked.end()), asked.end());
  EXPECT_EQ(asked.size(), 2u * 6);
  for (const auto& question : asked) EXPECT_LT(question[2], 4u);
}

TEST(Rank, TiesGoToTheEarlierTrial) {
  const MultiObjective objective =
      Make({.objectives = {"performance", "modelsize"}, .weight = {0.5, 0.5}});
  const auto model = [](double seconds, double bytes) {
    return Measured{.metrics = {0.9}, .values = {seconds, bytes}};
  };
  const Measured trials[] = {model(2, 1), model(1, 2), model(1, 2), model(2, 1)};
  const Ranking ranking = objective.Rank(trials, model(3, 3));
  EXPECT_THAT(ranking.order, ElementsAre(0, 1, 2, 3));
}

TEST(Rank, AConstantObjectiveChangesNoChoice) {
  const MultiObjective two = Make({.objectives = {"performance", "modelsize"}, .weight = {1, 9}});
  const Measured trials[] = {{.metrics = {0.9}, .values = {2, 5}},
                             {.metrics = {0.9}, .values = {1, 5}}};
  EXPECT_EQ(two.Rank(trials, {.metrics = {0.9}, .values = {3, 6}}).outcome.best, 1u);
}

TEST(Rank, AnUnavailableValueLosesToAnyNumber) {
  const MultiObjective objective = Make({.objectives = {"footprint"}});
  const auto model = [](double bytes) { return Measured{.metrics = {0.9}, .values = {bytes}}; };
  const Measured trials[] = {model(kUnavailable), model(1e12)};
  for (Normalization normalization : {Normalization::kPareto, Normalization::kTrials}) {
    const MultiObjective ranked =
        Make({.objectives = {"footprint"}, .normalization = normalization});
    EXPECT_EQ(ranked.Rank(trials, model(2e12)).outcome.best, 1u);
  }
}

TEST(Rank, AnObjectiveThatIsUnavailableEverywhereDecidesNothing) {
  const MultiObjective objective = Make({.objectives = {"footprint", "performance"}});
  const auto model = [](double seconds) {
    return Measured{.metrics = {0.9}, .values = {kUnavailable, seconds}};
  };
  const Measured trials[] = {model(2), model(1)};
  const Ranking ranking = objective.Rank(trials, model(3));
  EXPECT_EQ(ranking.outcome.best, 1u);
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kSatisfied);
  EXPECT_THAT(ranking.gains, ElementsAre(false, true));
  EXPECT_FALSE(ranking.hypervolume.has_value());  // There is no reference point.
}

TEST(Rank, NoTrialsAreABestEffortWithoutATrial) {
  const Ranking ranking = Make(AccuracyAndPerformance()).Rank({}, Model(0.9, 1));
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kBestEffort);
  EXPECT_FALSE(ranking.outcome.best.has_value());
  EXPECT_EQ(ranking.hypervolume, 0);
}

TEST(Outcome, SaysNoGainWhereTheBestIsNotBeyondItsInterval) {
  const MultiObjective objective = Make({});
  const Measured fp32{.metrics = {0.9}, .values = {10e-3}};
  Measured trial{.metrics = {0.9}, .values = {9.9e-3}};
  EXPECT_TRUE(objective.BeatsBaseline(trial, fp32));  // No interval: as it is.
  trial.versus_baseline = {Change::Ratio({0.99, {0.96, 1.02}})};
  EXPECT_FALSE(objective.BeatsBaseline(trial, fp32));
  const Ranking ranking = objective.Rank(std::span(&trial, 1), fp32);
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kNoGain);
  EXPECT_EQ(ranking.outcome.best, 0u);
  EXPECT_THAT(ranking.gains, ElementsAre(false));
}

TEST(Outcome, MoreAccuracyAloneIsNoGain) {
  const MultiObjective objective = Make(AccuracyAndPerformance());
  const Measured trials[] = {Model(0.95, 11e-3)};
  const Ranking ranking = objective.Rank(trials, Model(0.93, 10e-3));
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kNoGain);
  EXPECT_THAT(ranking.gains, ElementsAre(true, false));
}

TEST(Outcome, WhereOnlyAccuracyIsListedAFeasibleTrialSatisfies) {
  const MultiObjective objective = Make({.objectives = {"accuracy"}});
  const Measured trials[] = {{.metrics = {0.929}, .values = {0.929}}};
  const Ranking ranking = objective.Rank(trials, {.metrics = {0.93}, .values = {0.93}});
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kSatisfied);
}

TEST(Outcome, HasANameAndAnExitCode) {
  EXPECT_STREQ(Name(TuneStatus::kSatisfied), "satisfied");
  EXPECT_STREQ(Name(TuneStatus::kNoGain), "no_gain");
  EXPECT_STREQ(Name(TuneStatus::kBestEffort), "best_effort");
  EXPECT_EQ(ExitCode(TuneStatus::kSatisfied), 0);
  EXPECT_EQ(ExitCode(TuneStatus::kNoGain), 4);
  EXPECT_EQ(ExitCode(TuneStatus::kBestEffort), 3);
}

// After a winner fails its confirmation, the others are ranked anew.
TEST(Rank, WithoutItsWinnerTheDominatedMayWin) {
  const MultiObjective objective = Make({});
  std::vector<Measured> trials;
  for (double seconds : {3, 1, 2}) trials.push_back({.metrics = {0.9}, .values = {seconds}});
  const Measured fp32{.metrics = {0.9}, .values = {4}};
  EXPECT_EQ(objective.Rank(trials, fp32).outcome.best, 1u);
  trials.erase(trials.begin() + 1);
  EXPECT_EQ(objective.Rank(trials, fp32).outcome.best, 1u);
  EXPECT_EQ(trials[1].values[0], 2);
}

}  // namespace
}  // namespace assay
