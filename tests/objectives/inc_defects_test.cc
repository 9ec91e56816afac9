// What INC's multi-objective rule got wrong, one test each. (Those of configuration errors and of
// the state of custom objectives are in multi_objective_test.cc and registry_test.cc.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objectives/multi_objective.h"

namespace assay {
namespace {

Measured Model(double accuracy, double seconds, double bytes) {
  return {.metrics = {accuracy}, .values = {seconds, bytes}};
}

class IncDefectOfRanking : public testing::TestWithParam<Normalization> {
 protected:
  Ranking Rank(std::span<const Measured> trials, const Measured& baseline) const {
    return MultiObjective::Make(
               {.objectives = {"performance", "modelsize"}, .normalization = GetParam()})
        ->Rank(trials, baseline);
  }
};

TEST_P(IncDefectOfRanking, InfeasibleModelReturnedWhenTheOnlyFeasibleOneIsWorstOnEveryObjective) {
  const Measured trials[] = {Model(0.5, 0.2, 100), Model(0.6, 0.3, 110), Model(0.8, 1.0, 390)};
  const Ranking ranking = Rank(trials, Model(0.8, 1.1, 400));
  EXPECT_EQ(ranking.outcome.best, 2u);
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kSatisfied);
}

TEST_P(IncDefectOfRanking, TrialZeroReturnedWhenNoneIsFeasible) {
  const Measured trials[] = {Model(0.5, 0.2, 100), Model(0.7, 0.9, 300), Model(0.6, 0.3, 110)};
  const Ranking ranking = Rank(trials, Model(0.8, 1.1, 400));
  EXPECT_EQ(ranking.outcome.best, 1u);  // The closest, and named a best effort.
  EXPECT_EQ(ranking.outcome.status, TuneStatus::kBestEffort);
  EXPECT_TRUE(ranking.order.empty());
  EXPECT_TRUE(ranking.front.empty());
}

TEST_P(IncDefectOfRanking, TenTimesFasterButAThousandthOfAPercentBiggerIsRejected) {
  const Measured fp32 = Model(0.8, 1.0, 100000);
  const Measured slow = Model(0.8, 0.9, 99999);
  const Measured fast = Model(0.8, 0.09, 100000);
  const MultiObjective objective =
      *MultiObjective::Make({.objectives = {"performance", "modelsize"}, .weight = {0.9, 0.1}});
  EXPECT_FALSE(objective.Accepts(fast, &slow, fp32));  // INC's rule.
  const Measured trials[] = {slow, fast};
  EXPECT_EQ(objective.Rank(trials, fp32).outcome.best, 1u);
}

INSTANTIATE_TEST_SUITE_P(Normalizations, IncDefectOfRanking,
                         testing::Values(Normalization::kPareto, Normalization::kTrials),
                         [](const auto& info) {
                           return info.param == Normalization::kPareto ? "pareto" : "trials";
                         });

// The vectors rank_reversal_0 and _1, in figures.
TEST(IncDefect, RankingFlippedByAnInfeasibleTrial) {
  const auto model = [](double accuracy, double seconds) {
    return Measured{.metrics = {accuracy}, .values = {accuracy, seconds}};
  };
  MultiObjectiveConfig config{.objectives = {"accuracy", "performance"}, .weight = {0.6, 0.4}};
  config.criterion.limit = 0.1;
  std::vector<Measured> trials = {model(0.79, 1.0), model(0.77, 0.8)};
  std::vector<Measured> more = trials;
  more.push_back(model(0.1, 0.99));
  const Measured fp32 = model(0.8, 2.0);

  const MultiObjective pareto = *MultiObjective::Make(config);
  EXPECT_EQ(pareto.Rank(trials, fp32).outcome.best, 0u);
  EXPECT_EQ(pareto.Rank(more, fp32).outcome.best, 0u);
  config.normalization = Normalization::kTrials;  // Reproduces the old choice, flip and all.
  const MultiObjective as_inc = *MultiObjective::Make(config);
  EXPECT_EQ(as_inc.Rank(trials, fp32).outcome.best, 0u);
  EXPECT_EQ(as_inc.Rank(more, fp32).outcome.best, 1u);
}

}  // namespace
}  // namespace assay
