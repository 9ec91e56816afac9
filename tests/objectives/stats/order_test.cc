#include "objectives/stats/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;

TEST(Order, MedianIsTheMiddleOrTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(Median(Values{3}), 3);
  EXPECT_EQ(Median(Values{9, 1, 5}), 5);
  EXPECT_EQ(Median(Values{9, 1, 5, 2}), 3.5);
  EXPECT_EQ(Median(Values{1, 1, kInfinity}), 1);
}

TEST(Order, MedianLeavesItsInputAlone) {
  const Values values = {9, 1, 5, 2};
  Median(values);
  EXPECT_THAT(values, testing::ElementsAre(9, 1, 5, 2));
}

// numpy.quantile([1, 2, 4, 8], ...).
TEST(Order, QuantileInterpolatesBetweenOrderStatistics) {
  const Values values = {8, 1, 4, 2};
  EXPECT_DOUBLE_EQ(Quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.9), 6.8);
  EXPECT_DOUBLE_EQ(Quantile(values, 1), 8);
  EXPECT_DOUBLE_EQ(Quantile(Values{7}, 0.3), 7);
}

TEST(Order, QuantileOfInfinitiesIsNoNan) {
  EXPECT_EQ(Quantile(Values{kInfinity, kInfinity}, 0.5), kInfinity);
}

TEST(Order, TrimmedMeanCutsBothEnds) {
  const Values values = {100, 1, 2, 3, -50};
  EXPECT_DOUBLE_EQ(TrimmedMean(values, 0), 56.0 / 5);
  EXPECT_DOUBLE_EQ(TrimmedMean(values, 0.2), 2);
  EXPECT_DOUBLE_EQ(TrimmedMean(values, 0.39), 2);
  EXPECT_DOUBLE_EQ(TrimmedMean(values, 0.4), 2);
}

TEST(Order, NothingAndNanGiveNan) {
  for (const Values& values : {Values{}, Values{1, kNan, 2}}) {
    EXPECT_TRUE(std::isnan(Mean(values)));
    EXPECT_TRUE(std::isnan(Median(values)));
    EXPECT_TRUE(std::isnan(Quantile(values, 0.5)));
    EXPECT_TRUE(std::isnan(TrimmedMean(values, 0.1)));
  }
}

}  // namespace
}  // namespace assay
