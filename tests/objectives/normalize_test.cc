#include "objectives/normalize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "objectives/objective.h"

namespace assay {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using Values = std::vector<double>;

TEST(Normalize, RangeGivesTheBestOneAndTheWorstZero) {
  EXPECT_THAT(NormalizeRange(Values{1, 2, 5}, false), ElementsAre(1, 0.75, 0));
  EXPECT_THAT(NormalizeRange(Values{1, 2, 5}, true), ElementsAre(0, 0.25, 1));
}

TEST(Normalize, AConstantColumnGivesTheSameToAll) {
  EXPECT_THAT(NormalizeRange(Values{3, 3}, false), ElementsAre(1, 1));
  EXPECT_THAT(NormalizeAsInc(Values{3, 3}, 6, true, false), ElementsAre(1, 1));
  EXPECT_THAT(NormalizeRange(Values{kUnavailable, kUnavailable}, false), ElementsAre(1, 1));
}

TEST(Normalize, TheUnavailableIsWorst) {
  const Values values = {kUnavailable, 1, 2, INFINITY};
  EXPECT_THAT(NormalizeRange(values, false), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(NormalizeRange(values, true), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(NormalizeAsInc(values, 2, false, false), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(NormalizeAsInc(values, 2, true, true), ElementsAre(0, 0, 1, 0));
}

// 8 / {1, 2, 4} = {8, 4, 2}: not linear in the value.
TEST(Normalize, IncTakesTheRatioToTheBaseline) {
  EXPECT_THAT(NormalizeAsInc(Values{1, 2, 4}, 8, false, false),
              ElementsAre(1, DoubleEq(1.0 / 3), 0));
  EXPECT_THAT(NormalizeAsInc(Values{1, 2, 4}, 8, true, false),
              ElementsAre(0, DoubleEq(2.0 / 3), 1));
}

TEST(Normalize, IncTakesTheDifferenceUnderAnAbsoluteCriterion) {
  EXPECT_THAT(NormalizeAsInc(Values{1, 2, 4}, 8, true, true), ElementsAre(0, DoubleEq(1.0 / 3), 1));
  EXPECT_THAT(NormalizeAsInc(Values{1, 2, 4}, 8, false, true),
              ElementsAre(1, DoubleEq(2.0 / 3), 0));
}

TEST(Normalize, IncReadsZeroAsNearlyZero) {
  EXPECT_THAT(NormalizeAsInc(Values{0, 1}, 0, false, false), ElementsAre(1, 0));
}

}  // namespace
}  // namespace assay
