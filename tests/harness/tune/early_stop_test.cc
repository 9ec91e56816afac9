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
  EarlyStop stop(criterion, baseline);
  std::vector<double> outcomes;
  while (outcomes.size() < kSamples) {
    for (int i = 0; i < 50; ++i) {
      outcomes.push_back(outcomes.size() % period == 0 ? wrong : baseline[0]);
    }
    if (stop(outcomes)) break;
  }
  return outcomes.size();
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
  EarlyStop none(kOnePercent, {});
  EXPECT_FALSE(none({}));
}

TEST(EarlyStop, ALimitThatAllowsAllStopsNothing) {
  EXPECT_EQ(Seen(1, *AccuracyCriterion::Make({}, 2, true)), kSamples);
}

}  // namespace
}  // namespace assay::tune
