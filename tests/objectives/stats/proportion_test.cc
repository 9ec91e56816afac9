#include "objectives/stats/proportion.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay {
namespace {

// R: binom.test(8, 10), prop.test's score interval without correction.
TEST(Proportion, KnownIntervals) {
  const Estimate exact = ClopperPearson(8, 10);
  EXPECT_DOUBLE_EQ(exact.value, 0.8);
  EXPECT_NEAR(exact.interval.lo, 0.4439045, 1e-6);
  EXPECT_NEAR(exact.interval.hi, 0.9747893, 1e-6);
  const Estimate wilson = Wilson(8, 10);
  EXPECT_NEAR(wilson.interval.lo, 0.4901625, 1e-6);
  EXPECT_NEAR(wilson.interval.hi, 0.9433178, 1e-6);
}

TEST(Proportion, NeverLeavesZeroToOne) {
  for (int64_t n : {1, 7, 10000}) {
    for (int64_t k : {int64_t{0}, n}) {
      for (const Estimate& share : {ClopperPearson(k, n), Wilson(k, n)}) {
        EXPECT_GE(share.interval.lo, 0);
        EXPECT_LE(share.interval.hi, 1);
        EXPECT_TRUE(share.interval.Contains(share.value));
      }
    }
  }
}

TEST(Proportion, NoSamplesTellNothing) {
  for (const Estimate& share : {ClopperPearson(0, 0), Wilson(0, 0)}) {
    EXPECT_TRUE(std::isnan(share.value));
    EXPECT_EQ(share.interval.lo, 0);
    EXPECT_EQ(share.interval.hi, 1);
  }
}

double BinomialProbability(int k, int n, double p) {
  const double ways = std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
  return std::exp(ways + k * std::log(p) + (n - k) * std::log1p(-p));
}

// The probability, over all outcomes, that the interval contains the truth.
template <typename IntervalOf>
double ExactCoverage(int n, double p, IntervalOf interval_of) {
  double coverage = 0;
  for (int k = 0; k <= n; ++k) {
    if (interval_of(k, n, 0.95).interval.Contains(p)) coverage += BinomialProbability(k, n, p);
  }
  return coverage;
}

TEST(Proportion, ClopperPearsonCoversAtLeastItsLevelAndWilsonCloseToIt) {
  double mean_wilson = 0;
  for (int i = 1; i < 100; ++i) {
    EXPECT_GE(ExactCoverage(40, i / 100.0, ClopperPearson), 0.95) << i;
    mean_wilson += ExactCoverage(40, i / 100.0, Wilson) / 99;
  }
  EXPECT_NEAR(mean_wilson, 0.95, 0.01);
}

// 10 discordant pairs, 1 against 9: 2 (1 + 10) / 2^10.
TEST(McNemar, ExactPValue) {
  EXPECT_NEAR(McNemarExact({.only_first = 1, .only_second = 9, .total = 100}), 22.0 / 1024, 1e-12);
  EXPECT_NEAR(McNemarExact({.only_first = 9, .only_second = 1, .total = 100}), 22.0 / 1024, 1e-12);
  EXPECT_EQ(McNemarExact({.only_first = 5, .only_second = 5, .total = 100}), 1);
  EXPECT_EQ(McNemarExact({.only_first = 0, .only_second = 0, .total = 100}), 1);
}

}  // namespace
}  // namespace assay
