#include "harness/quantize/clipping.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace assay::quantize {
namespace {

// Normal values and one far outlier.
Histogram WithOutlier() {
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(1000000);
  for (float& value : values) value = normal(random);
  values[0] = 12;
  Histogram histogram;
  histogram.Add(values);
  return histogram;
}

Histogram Uniform(float low, float high) {
  std::vector<float> values;
  for (int i = 0; i <= 100000; ++i) {
    values.push_back(low + (high - low) * static_cast<float>(i) / 100000);
  }
  Histogram histogram;
  histogram.Add(values);
  return histogram;
}

// The definition, element by element.
TEST(MeanSquaredError, IsThatOfTheElements) {
  Histogram histogram;
  const std::vector<float> values = {-0.9f, -0.2f, 0.1f, 0.33f, 0.8f, 3.0f};
  histogram.Add(values);
  const Range range{-1, 1};
  double expected = 0;
  for (float x : values) {
    const double miss =
        double{x} - double{Dequantize(Quantize(x, ParamsOf(range)), ParamsOf(range))};
    expected += miss * miss / 6;
  }
  EXPECT_NEAR(MeanSquaredError(histogram, range), expected, 0.01 * expected);
}

TEST(LeastErrorRange, GivesUpAnOutlierWhereThatPays) {
  const Histogram histogram = WithOutlier();
  const Range range = LeastErrorRange(histogram);
  EXPECT_LT(range.max, 11);
  EXPECT_LT(MeanSquaredError(histogram, range),
            0.9 * MeanSquaredError(histogram, histogram.range()));
}

TEST(LeastErrorRange, KeepsAUniformRangeNearlyWhole) {
  const Range range = LeastErrorRange(Uniform(-1, 3));
  EXPECT_NEAR(range.min, -1, 0.05);
  EXPECT_NEAR(range.max, 3, 0.05);
}

TEST(PercentileRange, LeavesOutTheShareAtBothEnds) {
  const Range range = PercentileRange(Uniform(-1, 1), 0.9);
  EXPECT_NEAR(range.min, -0.9, 0.01);
  EXPECT_NEAR(range.max, 0.9, 0.01);
  EXPECT_LT(PercentileRange(WithOutlier(), 0.9999).max, 5);
  EXPECT_EQ(PercentileRange(Uniform(2, 4), 0.9).min, 0);
}

TEST(LeastDivergenceRange, GivesUpAnOutlier) {
  const Range range = LeastDivergenceRange(WithOutlier());
  EXPECT_LT(range.max, 10);
  EXPECT_GT(range.max, 2);
}

TEST(LeastDivergenceRange, KeepsAUniformRangeNearlyWhole) {
  EXPECT_GT(LeastDivergenceRange(Uniform(0, 4)).max, 3.8f);
}

TEST(Ranges, NothingSeenOrZerosAloneAreEmpty) {
  Histogram zeros;
  zeros.Add(std::vector<float>(5));
  for (const Histogram& histogram : {Histogram(), zeros}) {
    EXPECT_EQ(LeastErrorRange(histogram), Range());
    EXPECT_EQ(PercentileRange(histogram, 0.99), Range());
    EXPECT_EQ(LeastDivergenceRange(histogram), Range());
  }
}

}  // namespace
}  // namespace assay::quantize
