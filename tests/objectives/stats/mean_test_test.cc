#include "objectives/stats/mean_test.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "objectives/stats/bootstrap.h"

namespace assay {
namespace {

double Uniform(std::mt19937_64& generator) {
  return static_cast<double>(generator() >> 11) * 0x1p-53;
}

// Paired answers of n samples with these probabilities of a discordant pair.
PairedCounts Draw(std::mt19937_64& generator, int64_t n, double only_first, double only_second) {
  PairedCounts counts{.total = n};
  for (int64_t i = 0; i < n; ++i) {
    const double u = Uniform(generator);
    if (u < only_first) {
      ++counts.only_first;
    } else if (u < only_first + only_second) {
      ++counts.only_second;
    }
  }
  return counts;
}

// Tango's statistic with the closed form of his restricted estimate (1998, section 2).
double Tango(const PairedCounts& counts, double delta) {
  const double n = static_cast<double>(counts.total);
  const double b = static_cast<double>(counts.only_first);
  const double c = static_cast<double>(counts.only_second);
  const double half = -b - c + (2 * n - b + c) * delta;
  const double q21 = (std::sqrt(half * half + 8 * n * c * delta * (1 - delta)) - half) / (4 * n);
  return (b - c - n * delta) / std::sqrt(n * (2 * q21 + delta * (1 - delta)));
}

TEST(PairedScoreDifference, IsTangos) {
  const double z = boost::math::quantile(boost::math::normal(), 0.975);
  for (const PairedCounts& counts :
       {PairedCounts{10, 5, 100}, PairedCounts{1, 9, 1000}, PairedCounts{40, 40, 650},
        PairedCounts{0, 7, 50}, PairedCounts{12, 0, 44}, PairedCounts{300, 100, 1000}}) {
    const Interval interval = PairedScoreDifference(counts).interval;
    EXPECT_NEAR(Tango(counts, interval.lo), z, 1e-6) << counts.only_first;
    EXPECT_NEAR(Tango(counts, interval.hi), -z, 1e-6) << counts.only_first;
  }
}

TEST(PairedScoreDifference, IsAntisymmetricAndWithinBounds) {
  for (int64_t first : {0, 1, 5, 20}) {
    for (int64_t second : {0, 2, 20}) {
      const Estimate x = PairedScoreDifference({first, second, 40});
      const Estimate y = PairedScoreDifference({second, first, 40});
      EXPECT_NEAR(x.value, static_cast<double>(first - second) / 40, 1e-12);
      EXPECT_NEAR(x.interval.lo, -y.interval.hi, 1e-9);
      EXPECT_TRUE(x.interval.Contains(x.value));
      EXPECT_GE(x.interval.lo, -1);
      EXPECT_LE(x.interval.hi, 1);
    }
  }
  const Estimate all = PairedScoreDifference({.only_second = 5, .total = 5});
  EXPECT_EQ(all.value, -1);
  EXPECT_EQ(all.interval.lo, -1);
  EXPECT_LT(all.interval.hi, 0);
  EXPECT_TRUE(std::isnan(PairedScoreDifference({}).value));
  EXPECT_EQ(PairedScoreDifference({}).interval.lo, -1);
}

// Without a discordant pair: how rare one must be (the score bound z^2 / (n + z^2)).
TEST(PairedScoreDifference, FewSamplesWithoutDiscordantPairsLeaveDoubt) {
  const double z = boost::math::quantile(boost::math::normal(), 0.975);
  for (int64_t n : {10, 1000}) {
    const Estimate none = PairedScoreDifference({.total = n});
    EXPECT_EQ(none.value, 0);
    EXPECT_NEAR(none.interval.hi, z * z / (static_cast<double>(n) + z * z), 1e-6);
    EXPECT_NEAR(none.interval.lo, -none.interval.hi, 1e-9);
  }
}

struct Truth {
  int64_t n;
  double only_first, only_second;
};

TEST(Coverage, OfTheDifferenceOfTwoAccuracies) {
  constexpr int kRepetitions = 4000;
  std::mt19937_64 generator(31);
  for (const Truth& truth : {Truth{1000, 0.031, 0.016}, Truth{1000, 0.02, 0.02},
                             Truth{650, 0.05, 0.04}, Truth{2500, 0.01, 0.02}}) {
    int covered = 0;
    for (int i = 0; i < kRepetitions; ++i) {
      const auto counts = Draw(generator, truth.n, truth.only_first, truth.only_second);
      covered +=
          PairedScoreDifference(counts).interval.Contains(truth.only_first - truth.only_second);
    }
    const double coverage = covered / static_cast<double>(kRepetitions);
    EXPECT_GE(coverage, 0.94) << truth.n << " " << truth.only_first;
    EXPECT_LE(coverage, 0.96) << truth.n << " " << truth.only_first;
  }
}

// Scores that are not just right or wrong, bounded and correlated as those of two models are.
TEST(Coverage, OfTheBootstrappedDifferenceOfTwoMeans) {
  constexpr int kRepetitions = 3000;
  std::mt19937_64 generator(32);
  int covered = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    std::vector<double> x(150), y(150);
    for (size_t k = 0; k < x.size(); ++k) {
      y[k] = Uniform(generator);
      x[k] = 0.8 * y[k] + 0.2 * Uniform(generator);
    }
    const Estimate difference = BootstrapMeanDifference(
        x, y,
        {.resamples = 500, .seed = static_cast<uint64_t>(i), .method = BootstrapMethod::kBca});
    covered += difference.interval.Contains(0);
  }
  const double coverage = covered / static_cast<double>(kRepetitions);
  EXPECT_GE(coverage, 0.94);
  EXPECT_LE(coverage, 0.96);
}

// 8 gains, 2 losses, 90 ties, of which a loss counts 1: (8 - 2) / sqrt(10) under symmetry.
TEST(MeanAboveZeroPValue, IsTheScoreTestOfPairs) {
  std::vector<double> values(100, 0.0);
  for (size_t i = 0; i < 8; ++i) values[i] = 1;
  values[8] = values[9] = -1;
  const boost::math::normal normal;
  EXPECT_NEAR(MeanAboveZeroPValue(values, -1),
              boost::math::cdf(boost::math::complement(normal, 6 / std::sqrt(10.0))), 1e-9);
}

TEST(MeanAboveZeroPValue, KnowsWhatItDoesNotKnow) {
  const std::vector<double> zeros(10, 0.0), one = {1}, nan = {1, std::nan(""), 1};
  EXPECT_EQ(MeanAboveZeroPValue(zeros, -1), 1);
  EXPECT_EQ(MeanAboveZeroPValue(one, -1), 1);
  EXPECT_EQ(MeanAboveZeroPValue({}, -1), 1);
  EXPECT_EQ(MeanAboveZeroPValue(nan, -1), 1);
  // Ten small gains without a loss prove little where a loss is as large as this; many do.
  const std::vector<double> few(10, 0.01), many(2000, 0.01);
  EXPECT_GT(MeanAboveZeroPValue(few, -1), 0.3);
  EXPECT_LT(MeanAboveZeroPValue(many, -1), 1e-5);
  const std::vector<double> losses = {-0.5, 0.1, -0.2};
  EXPECT_GT(MeanAboveZeroPValue(losses, -1), 0.5);
}

}  // namespace
}  // namespace assay
