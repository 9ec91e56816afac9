#include "harness/tune/early_stop.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay::tune {
namespace {

constexpr size_t kSamples = 2000;
const AccuracyCriterion kOnePercent = *AccuracyCriterion::Make(0.01, {}, true);

// A trial that is wrong on every `period`-th sample, judged after batches of 50: how many are seen.
size_t Seen(size_t period, const AccuracyCriterion& criterion, double wrong = 0) {
  const std::vector<double> baseline(kSamples, criterion.higher_is_better ? 1 : 0);
  const EarlyStop::Judged judged[] = {{criterion, baseline}};
  EarlyStop stop(judged);
  std::vector<std::vector<double>> outcomes(1);
  while (outcomes[0].size() < kSamples) {
    for (int i = 0; i < 50; ++i) {
      outcomes[0].push_back(outcomes[0].size() % period == 0 ? wrong : baseline[0]);
    }
    if (stop(outcomes)) break;
  }
  return outcomes[0].size();
}

TEST(EarlyStop, StopsWhatCannotMeetTheTarget) {
  EXPECT_EQ(Seen(200, kOnePercent), kSamples);  // 0.5 % lost.
  EXPECT_LT(Seen(20, kOnePercent), kSamples / 2);
  EXPECT_LE(Seen(2, kOnePercent), 50u);
}

TEST(EarlyStop, LowerMayBeBetter) {
  const AccuracyCriterion errors = *AccuracyCriterion::Make({}, 0.01, false);
  EXPECT_EQ(Seen(200, errors, 1), kSamples);
  EXPECT_LT(Seen(20, errors, 1), kSamples / 2);
}

TEST(EarlyStop, OutcomesBeyondZeroToOneNeverStop) {
  EXPECT_EQ(Seen(2, kOnePercent, -3), kSamples);
  const EarlyStop::Judged nothing[] = {{kOnePercent, {}}};
  EarlyStop none(nothing);
  EXPECT_FALSE(none(std::vector<std::vector<double>>(1)));
}

// The first metric is met throughout, the second is wrong on every `period`-th sample and better
// when lower; what is not settled of a third never counts.
size_t SeenOfSeveral(size_t period) {
  const AccuracyCriterion errors = *AccuracyCriterion::Make({}, 0.01, false);
  const std::vector<double> right(kSamples, 1), none(kSamples, 0);
  const EarlyStop::Judged judged[] = {{kOnePercent, right}, {errors, none}, {kOnePercent, right}};
  EarlyStop stop(judged);
  std::vector<std::vector<double>> outcomes(3);
  while (outcomes[0].size() < kSamples) {
    outcomes[1].push_back(outcomes[0].size() % period == 0 ? 1 : 0);
    outcomes[0].push_back(1);
    if (stop(outcomes)) break;
  }
  return outcomes[0].size();
}

TEST(EarlyStop, OneOfSeveralMetricsIsEnough) {
  EXPECT_EQ(SeenOfSeveral(200), kSamples);
  EXPECT_LT(SeenOfSeveral(20), kSamples / 2);
}

TEST(EarlyStop, ALimitThatAllowsAllStopsNothing) {
  EXPECT_EQ(Seen(1, *AccuracyCriterion::Make({}, 2, true)), kSamples);
}

}  // namespace
}  // namespace assay::tune
