#include "objectives/stats/median_ratio.h"

#include <gtest/gtest.h>

#include "objectives/stats/order.h"
#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

std::vector<double> Times(Normal& normal, size_t n, double median) {
  std::vector<double> values(n);
  for (double& value : values) value = median * std::exp(0.05 * normal());
  return values;
}

double MedianRatioCoverage(uint64_t seed, size_t n, size_t m) {
  Normal normal(seed);
  return Coverage(2000, 0.8, [&](int i) {
    return IndependentMedianRatio(Times(normal, n, 0.8), Times(normal, m, 1),
                                  {.resamples = 400, .seed = static_cast<uint64_t>(i)})
        .interval;
  });
}

TEST(IndependentMedianRatio, CoverageFromFiveValuesOn) {
  for (const auto& [n, m] : {std::pair<size_t, size_t>{5, 5}, {5, 20}, {10, 10}, {20, 15}}) {
    const double coverage = MedianRatioCoverage(n, n, m);
    EXPECT_GE(coverage, 0.93) << n << " and " << m;
    EXPECT_LE(coverage, 0.98) << n << " and " << m;
  }
}

// Three values have only ten different medians of three: why t is used below five.
TEST(IndependentMedianRatio, IsTooSureOfThreeValues) {
  EXPECT_LT(MedianRatioCoverage(3, 3, 3), 0.93);
}

TEST(IndependentMedianRatio, IsTheRatioOfTheMediansAndInverts) {
  Normal normal(51);
  const std::vector<double> x = Times(normal, 10, 2), y = Times(normal, 10, 1);
  const Estimate ratio = IndependentMedianRatio(x, y, {.resamples = 4000});
  EXPECT_DOUBLE_EQ(ratio.value, Median(x) / Median(y));
  const Estimate inverse = IndependentMedianRatio(y, x, {.resamples = 4000});
  EXPECT_NEAR(ratio.interval.lo * inverse.interval.hi, 1, 0.01);
  EXPECT_NEAR(ratio.interval.hi * inverse.interval.lo, 1, 0.01);
}

TEST(IndependentMedianRatio, TheSameSeedGivesTheSameInterval) {
  const std::vector<double> x = {1, 2, 3, 5, 4}, y = {2, 4, 3, 3, 1};
  EXPECT_EQ(IndependentMedianRatio(x, y, {.seed = 3}).interval.lo,
            IndependentMedianRatio(x, y, {.seed = 3}).interval.lo);
}

TEST(IndependentMedianRatio, OneValueOrABadOneTellsNothing) {
  const std::vector<double> one = {3}, two = {1, 2}, bad = {1, std::nan(""), 2}, zero = {0, 0};
  EXPECT_EQ(IndependentMedianRatio(one, two).value, 2);
  for (const auto* values : {&one, &bad, &zero}) {
    EXPECT_TRUE(std::isinf(IndependentMedianRatio(*values, two).interval.hi));
  }
}

}  // namespace
}  // namespace assay
