#include "objectives/criterion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace assay {
namespace {

using testing::StartsWith;
using Kind = AccuracyCriterion::Kind;

TEST(AccuracyCriterion, TheDefaultIsOnePercentRelative) {
  const AccuracyCriterion criterion = AccuracyCriterion::Make({}, {}, true).value();
  EXPECT_EQ(criterion.kind, Kind::kRelative);
  EXPECT_EQ(criterion.limit, 0.01);
  EXPECT_TRUE(criterion.higher_is_better);
  EXPECT_DOUBLE_EQ(criterion.Target(0.9), 0.891);
}

TEST(AccuracyCriterion, FourTargets) {
  EXPECT_DOUBLE_EQ(AccuracyCriterion::Make(0.1, {}, true)->Target(0.5), 0.45);
  EXPECT_DOUBLE_EQ(AccuracyCriterion::Make(0.1, {}, false)->Target(0.5), 0.55);
  EXPECT_DOUBLE_EQ(AccuracyCriterion::Make({}, 0.1, true)->Target(0.5), 0.4);
  EXPECT_DOUBLE_EQ(AccuracyCriterion::Make({}, 0.1, false)->Target(0.5), 0.6);
}

TEST(AccuracyCriterion, TheTargetItselfPassesOnlyWhereHigherIsBetter) {
  const AccuracyCriterion higher{.kind = Kind::kAbsolute, .limit = 0.25};
  EXPECT_TRUE(higher.Feasible(0.5, 0.75));
  EXPECT_FALSE(higher.Feasible(std::nextafter(0.5, 0), 0.75));
  const AccuracyCriterion lower{.kind = Kind::kAbsolute, .limit = 0.25, .higher_is_better = false};
  EXPECT_FALSE(lower.Feasible(1.0, 0.75));
  EXPECT_TRUE(lower.Feasible(std::nextafter(1.0, 0), 0.75));
}

TEST(AccuracyCriterion, NanIsNotFeasible) {
  for (bool higher : {true, false}) {
    const AccuracyCriterion criterion{.higher_is_better = higher};
    EXPECT_FALSE(criterion.Feasible(std::nan(""), 0.9));
    EXPECT_FALSE(criterion.Feasible(0.9, std::nan("")));
    EXPECT_TRUE(std::isinf(criterion.Shortfall(std::nan(""), 0.9)));
  }
}

TEST(AccuracyCriterion, ShortfallIsTheDistanceToTheTarget) {
  const AccuracyCriterion criterion{.kind = Kind::kAbsolute, .limit = 0.25};
  EXPECT_DOUBLE_EQ(criterion.Shortfall(0.4, 0.75), 0.1);
  EXPECT_EQ(criterion.Shortfall(0.6, 0.75), 0);
}

// Ten hits of a rare class prove little where one that is missed costs 40.
TEST(AccuracyCriterion, ALossThatWasNotSeenMayBeAsLargeAsOutcomesAre) {
  const AccuracyCriterion criterion{.limit = 0.01};
  const std::vector<double> right(2000, 1.0);
  EXPECT_LT(criterion.LimitPValue(right, right), 1e-4);
  std::vector<double> rare = right;
  rare[0] = -39;  // Both miss it.
  EXPECT_GT(criterion.LimitPValue(rare, rare), 0.2);
  const AccuracyCriterion lower{.limit = 0.01, .higher_is_better = false};
  EXPECT_GT(lower.LimitPValue(rare, rare), 0.2);
}

TEST(AccuracyCriterion, EachMistakeHasItsOwnSentence) {
  EXPECT_THAT(AccuracyCriterion::Make(0.01, 0.02, true).message(),
              StartsWith("tuning.accuracy_criterion: found relative 0.01 and absolute 0.02"));
  EXPECT_THAT(AccuracyCriterion::Make(1.0, {}, true).message(),
              StartsWith("tuning.accuracy_criterion.relative: found 1; allowed: "));
  EXPECT_FALSE(AccuracyCriterion::Make(-1.0, {}, true).ok());
  EXPECT_FALSE(AccuracyCriterion::Make(std::nan(""), {}, true).ok());
  EXPECT_THAT(AccuracyCriterion::Make({}, INFINITY, true).message(),
              StartsWith("tuning.accuracy_criterion.absolute: found inf; allowed: "));
}

}  // namespace
}  // namespace assay
