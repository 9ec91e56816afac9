#include "objectives/stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "objectives/stats/order.h"
#include "objectives/stats/random.h"
#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

struct Rounds {
  std::vector<double> fast, slow;
};

// Latencies of two models in the same rounds: skewed, with a slowness `shared` by a round.
Rounds InterleavedRounds(Normal& normal, size_t n, double ratio, double shared) {
  Rounds rounds;
  for (size_t i = 0; i < n; ++i) {
    const double round = 1e-3 * std::exp(shared * std::abs(normal()));
    rounds.slow.push_back(round * std::exp(0.05 * std::abs(normal())));
    rounds.fast.push_back(ratio * round * std::exp(0.05 * std::abs(normal())));
  }
  return rounds;
}

double MedianRatioCoverage(uint64_t seed, double shared) {
  Normal normal(seed);
  return Coverage(1000, 0.7, [&](int i) {
    const Rounds rounds = InterleavedRounds(normal, 30, 0.7, shared);
    return BootstrapMedianRatio(rounds.fast, rounds.slow,
                                {.resamples = 400, .seed = static_cast<uint64_t>(i)})
        .interval;
  });
}

TEST(BootstrapCoverage, MedianRatio) {
  const double coverage = MedianRatioCoverage(20, 0);
  EXPECT_GE(coverage, 0.93);
  EXPECT_LE(coverage, 0.97);
}

// The more the rounds share, the more careful the interval is (97.2 % of 4,000 here): the medians
// of a resample agree less than the values they are drawn from.
TEST(BootstrapCoverage, MedianRatioOfRoundsThatShareTheirSlownessIsConservative) {
  const double coverage = MedianRatioCoverage(27, 0.06);
  EXPECT_GE(coverage, 0.95);
  EXPECT_LE(coverage, 0.985);
}

TEST(BootstrapCoverage, MedianOfSkewedValues) {
  Normal normal(21);
  const double coverage = Coverage(1000, 1.0, [&](int i) {
    std::vector<double> values(50);
    for (double& value : values) value = std::exp(0.3 * normal());
    return BootstrapMedian(values, {.resamples = 400, .seed = static_cast<uint64_t>(i)}).interval;
  });
  EXPECT_GE(coverage, 0.93);
  EXPECT_LE(coverage, 0.97);
}

TEST(BootstrapCoverage, MeanOfPairedDifferences) {
  Normal normal(22);
  const double coverage = Coverage(1000, 0.1, [&](int i) {
    std::vector<double> x(200), y(200);
    for (size_t k = 0; k < x.size(); ++k) {
      y[k] = normal();
      x[k] = y[k] + 0.1 + 0.2 * normal();
    }
    return BootstrapMeanDifference(x, y,
                                   {.resamples = 400,
                                    .seed = static_cast<uint64_t>(i),
                                    .method = BootstrapMethod::kBca})
        .interval;
  });
  EXPECT_GE(coverage, 0.93);
  EXPECT_LE(coverage, 0.97);
}

TEST(Bootstrap, PairingByRoundNarrowsTheRatio) {
  Normal normal(23);
  Rounds rounds;
  for (int i = 0; i < 60; ++i) {  // What the rounds share dwarfs what tells the models apart.
    const double round = std::exp(0.5 * normal());
    rounds.slow.push_back(round);
    rounds.fast.push_back(0.9 * round * std::exp(0.01 * normal()));
  }
  const Interval paired = BootstrapMedianRatio(rounds.fast, rounds.slow).interval;
  const Interval alone =
      IndependentRatio(BootstrapMedian(rounds.fast), BootstrapMedian(rounds.slow)).interval;
  EXPECT_LT(paired.hi, 1);
  EXPECT_TRUE(alone.Contains(1));
}

TEST(Bootstrap, TheSameSeedGivesTheSameInterval) {
  Normal normal(24);
  const Rounds rounds = InterleavedRounds(normal, 20, 0.5, 0.1);
  const Estimate first = BootstrapMedianRatio(rounds.fast, rounds.slow, {.seed = 7});
  const Estimate again = BootstrapMedianRatio(rounds.fast, rounds.slow, {.seed = 7});
  const Estimate other = BootstrapMedianRatio(rounds.fast, rounds.slow, {.seed = 8});
  EXPECT_EQ(first.interval.lo, again.interval.lo);
  EXPECT_EQ(first.interval.hi, again.interval.hi);
  EXPECT_NE(first.interval.lo, other.interval.lo);
  EXPECT_DOUBLE_EQ(first.value, Median(rounds.fast) / Median(rounds.slow));
}

TEST(Bootstrap, AHigherLevelIsWider) {
  Normal normal(25);
  const Rounds rounds = InterleavedRounds(normal, 30, 1, 0.1);
  const Interval narrow = BootstrapMedian(rounds.slow, {.level = 0.8}).interval;
  const Interval wide = BootstrapMedian(rounds.slow, {.level = 0.99}).interval;
  EXPECT_LT(wide.lo, narrow.lo);
  EXPECT_GT(wide.hi, narrow.hi);
  EXPECT_EQ(wide.level, 0.99);
}

// BCa moves the interval of a skewed mean to the long tail's side.
TEST(Bootstrap, BcaFollowsTheSkew) {
  Normal normal(26);
  std::vector<double> skewed(40), zeros(40);
  for (double& value : skewed) value = std::exp(normal());
  const Interval percentile =
      BootstrapMeanDifference(skewed, zeros, {.method = BootstrapMethod::kPercentile}).interval;
  const Interval bca =
      BootstrapMeanDifference(skewed, zeros, {.method = BootstrapMethod::kBca}).interval;
  EXPECT_GT(bca.lo, percentile.lo);
  EXPECT_GT(bca.hi, percentile.hi);
}

TEST(Bootstrap, OneValueTellsNothing) {
  const std::vector<double> one = {3}, none;
  EXPECT_EQ(BootstrapMedian(one).value, 3);
  EXPECT_TRUE(std::isinf(BootstrapMedian(one).interval.lo));
  EXPECT_TRUE(std::isinf(BootstrapMedian(one).interval.hi));
  EXPECT_TRUE(std::isnan(BootstrapMedian(none).value));
}

TEST(Bootstrap, ANanAmongTheValuesTellsNothing) {
  const std::vector<double> values = {1, std::nan(""), 2};
  EXPECT_TRUE(std::isnan(BootstrapMedian(values).value));
  EXPECT_TRUE(std::isinf(BootstrapMedian(values).interval.hi));
}

TEST(Bootstrap, EqualValuesLeaveNoDoubt) {
  const std::vector<double> values(10, 2.0);
  for (BootstrapMethod method : {BootstrapMethod::kPercentile, BootstrapMethod::kBca}) {
    const Estimate estimate = BootstrapMedian(values, {.method = method});
    EXPECT_EQ(estimate.interval.lo, 2);
    EXPECT_EQ(estimate.interval.hi, 2);
  }
}

TEST(BootstrapDeathTest, PairsHaveTheSameLength) {
  const std::vector<double> two = {1, 2}, three = {1, 2, 3};
  EXPECT_DEATH(BootstrapMedianRatio(two, three), "size");
}

// The 10,000th output of std::mt19937_64 with its default seed is fixed by the standard
// ([rand.predef]); the mapping onto it is ours.
TEST(UniformIndex, IsFixedAndUniform) {
  std::mt19937_64 standard;
  standard.discard(9999);
  EXPECT_EQ(standard(), 9981545732273789042u);
  std::mt19937_64 generator(5);
  std::vector<int> counts(6);
  for (int i = 0; i < 60000; ++i) ++counts[UniformIndex(generator, 6)];
  for (int count : counts) EXPECT_NEAR(count, 10000, 400);  // Over 4 standard deviations.
}

}  // namespace
}  // namespace assay
