#include "objectives/stats/interval.h"

#include <gtest/gtest.h>

#include "objectives/change.h"

namespace assay {
namespace {

TEST(Interval, SymmetricOnesAddInSquares) {
  const Estimate difference = IndependentDifference({10, {7, 13}}, {6, {2, 10}});
  EXPECT_DOUBLE_EQ(difference.value, 4);
  EXPECT_DOUBLE_EQ(difference.interval.lo, -1);
  EXPECT_DOUBLE_EQ(difference.interval.hi, 9);
}

TEST(Interval, RatioIsTheDifferenceOfLogarithms) {
  const Estimate ratio = IndependentRatio({8, {4, 16}}, {2, {2, 2}});
  EXPECT_DOUBLE_EQ(ratio.value, 4);
  EXPECT_DOUBLE_EQ(ratio.interval.lo, 2);
  EXPECT_DOUBLE_EQ(ratio.interval.hi, 8);
}

TEST(Interval, WhatIsUnknownStaysUnknown) {
  const Estimate known{2, {1, 3}};
  const Estimate unknown{2, {}};
  const Estimate difference = IndependentDifference(known, unknown);
  EXPECT_TRUE(std::isinf(difference.interval.lo) && std::isinf(difference.interval.hi));
  const Estimate ratio = IndependentRatio(known, unknown);
  EXPECT_EQ(ratio.interval.lo, 0);
  EXPECT_TRUE(std::isinf(ratio.interval.hi));
  EXPECT_EQ(Change::Ratio(ratio).Sign(), 0);
}

TEST(Change, IsBeyondTheNoiseWhereTheIntervalExcludesNoChange) {
  EXPECT_EQ(Change::Difference({0.02, {0.01, 0.03}}).Sign(), 1);
  EXPECT_EQ(Change::Difference({0.02, {0.0, 0.04}}).Sign(), 0);
  EXPECT_EQ(Change::Difference({-0.02, {-0.03, -0.01}}).Sign(), -1);
  EXPECT_EQ(Change::Ratio({0.8, {0.7, 0.9}}).Sign(), -1);
  EXPECT_EQ(Change::Ratio({0.98, {0.9, 1.1}}).Sign(), 0);
  EXPECT_EQ(Change::Ratio({1.5, {1.2, 1.8}}).Sign(), 1);
  EXPECT_EQ(Change::Difference({}).Sign(), 0);
}

}  // namespace
}  // namespace assay
