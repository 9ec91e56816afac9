// "Certified, not lucky": what the confidence, the confirmation and their levels are worth, by
// simulation, next to the plain comparison of two accuracies.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "objectives/criterion.h"
#include "objectives/multi_objective.h"
#include "objectives/stats/order.h"

namespace assay {
namespace {

struct Outcomes {
  std::vector<double> fp32, int8;
};

// n samples of a baseline right on 76 %, of which a trial loses `drop` net, with 4.65 % discordant.
Outcomes Draw(std::mt19937_64& generator, size_t n, double drop) {
  const double lost = (0.0465 + drop) / 2, won = (0.0465 - drop) / 2;
  Outcomes outcomes;
  for (size_t i = 0; i < n; ++i) {
    const double u = static_cast<double>(generator() >> 11) * 0x1p-53;
    outcomes.int8.push_back(u < won || (u >= won + lost && u < 0.76 + won) ? 1 : 0);
    outcomes.fp32.push_back(u >= won && u < 0.76 + won ? 1 : 0);
  }
  return outcomes;
}

// By the rule that ranks: one metric, and its p-value.
bool Feasible(const AccuracyCriterion& criterion, const Outcomes& outcomes) {
  MultiObjectiveConfig config;
  config.objectives = {"accuracy"};
  config.criterion = criterion;
  const auto judge = MultiObjective::Make(config);
  const Measured trial{.metrics = {Mean(outcomes.int8)},
                       .values = {0},
                       .limit_p_values = {criterion.LimitPValue(outcomes.int8, outcomes.fp32)}};
  return judge->Feasible(trial, {.metrics = {Mean(outcomes.fp32)}, .values = {0}});
}

constexpr int kTrials = 20;
constexpr size_t kSamples = 1000;

AccuracyCriterion WithConfidence(std::optional<double> confidence) {
  AccuracyCriterion criterion = *AccuracyCriterion::Make(0.01, {}, true);  // 0.76 points.
  criterion.confidence = confidence;
  return criterion;
}

// How often one of 20 bad trials is accepted, and one of these confirmed on other samples.
struct Luck {
  double accepted = 0, confirmed = 0;
};
Luck LuckOf(double drop, std::optional<double> confidence, int repetitions, uint64_t seed) {
  const AccuracyCriterion select = WithConfidence(confidence);
  AccuracyCriterion confirm = select;
  if (confidence) confirm.confidence = ConfirmationConfidence(*confidence, kTrials);
  std::mt19937_64 generator(seed);
  Luck luck;
  for (int i = 0; i < repetitions; ++i) {
    bool accepted = false, confirmed = false;
    for (int trial = 0; trial < kTrials; ++trial) {
      if (!Feasible(select, Draw(generator, kSamples, drop))) continue;
      accepted = true;
      confirmed = confirmed || Feasible(confirm, Draw(generator, kSamples, drop));
    }
    luck.accepted += accepted / static_cast<double>(repetitions);
    luck.confirmed += confirmed / static_cast<double>(repetitions);
  }
  return luck;
}

TEST(Certified, WithoutItABadModelIsAlmostSurelyAccepted) {
  const Luck luck = LuckOf(0.015, std::nullopt, 500, 51);
  EXPECT_NEAR(luck.accepted, 0.95, 0.03);
  EXPECT_GT(luck.confirmed, 0.2);  // Looking again helps; alone it is not enough.
  std::printf("a drop of 1.5 points, limit 0.76: accepted %.3f, confirmed %.3f\n", luck.accepted,
              luck.confirmed);
}

TEST(Certified, ABadModelIsAcceptedAndConfirmedInAtMostFivePercent) {
  const Luck luck = LuckOf(0.015, 0.95, 500, 52);
  EXPECT_LE(luck.accepted, 0.12);
  EXPECT_LE(luck.confirmed, 0.05);
  std::printf("at 95 %% confidence: accepted %.3f, confirmed %.3f\n", luck.accepted,
              luck.confirmed);
}

// A drop of exactly the limit is the hardest to tell: each trial is accepted in 5 %, one of 20
// mostly is, and still only 5 % are confirmed.
TEST(Certified, EvenWhereTheDropIsJustTheLimit) {
  const Luck luck = LuckOf(0.0076, 0.95, 500, 53);
  EXPECT_GT(luck.accepted, 0.4);
  EXPECT_LE(luck.confirmed, 0.08);
  std::printf("a drop of the limit itself: accepted %.3f, confirmed %.3f\n", luck.accepted,
              luck.confirmed);
}

// Two metrics that are right and wrong on the same samples with the correlation of `shared`, the
// share on which they are one; either loses its own drop.
std::vector<Outcomes> DrawTwo(std::mt19937_64& generator, double first, double second,
                              double shared) {
  Outcomes x = Draw(generator, kSamples, first), y = Draw(generator, kSamples, second);
  const auto same = static_cast<size_t>(shared * kSamples);
  std::copy_n(x.fp32.begin(), same, y.fp32.begin());
  std::copy_n(x.int8.begin(), same, y.int8.begin());
  return {std::move(x), std::move(y)};
}

// How often a trial is accepted by the rule that ranks, at 95 %, by both metrics.
double AcceptedByBoth(double first, double second, double shared, uint64_t seed) {
  constexpr int kRepetitions = 2000;
  MultiObjectiveConfig config;
  config.objectives = {"accuracy"};
  config.metrics = {"topk", "fidelity"};
  config.criterion = WithConfidence(0.95);
  const auto judge = MultiObjective::Make(config);
  std::mt19937_64 generator(seed);
  int accepted = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    Measured trial{.values = {0}}, fp32{.values = {0}};
    for (const Outcomes& outcomes : DrawTwo(generator, first, second, shared)) {
      trial.metrics.push_back(Mean(outcomes.int8));
      fp32.metrics.push_back(Mean(outcomes.fp32));
      trial.limit_p_values.push_back(config.criterion.LimitPValue(outcomes.int8, outcomes.fp32));
    }
    accepted += judge->Feasible(trial, fp32);
  }
  return accepted / static_cast<double>(kRepetitions);
}

// One of them just at the limit is enough to be bad, whatever the other does: 5 % pass, not more,
// and not less where the other is fine or the same: no correction for two is missing or wasted.
TEST(Certified, OfTwoMetricsEachIsKeptAtTheConfidence) {
  constexpr double kLimit = 0.0076, kGain = -0.02;
  const double fine = AcceptedByBoth(kLimit, kGain, 0, 55);
  const double same = AcceptedByBoth(kLimit, kLimit, 1, 56);
  const double independent = AcceptedByBoth(kLimit, kLimit, 0, 57);
  const double related = AcceptedByBoth(kLimit, kLimit, 0.7, 58);
  for (const double accepted : {fine, same}) {
    EXPECT_GE(accepted, 0.035);
    EXPECT_LE(accepted, 0.065);
  }
  EXPECT_LE(independent, 0.01);
  EXPECT_LE(related, 0.05);
  EXPECT_GT(related, independent);
  EXPECT_GE(AcceptedByBoth(kGain, kGain, 0.7, 59), 0.95);  // A good one passes.
  std::printf(
      "one of two metrics at the limit: accepted %.3f; both: %.3f the same, %.3f related, "
      "%.3f independent\n",
      fine, same, related, independent);
}

TEST(Certified, AGoodModelIsNotRefused) {
  std::mt19937_64 generator(54);
  int accepted = 0;
  for (int i = 0; i < 100; ++i) {
    accepted += Feasible(WithConfidence(0.95), Draw(generator, 10000, 0.0));
  }
  EXPECT_GE(accepted, 95);
}

}  // namespace
}  // namespace assay
