#include "harness/quantize/rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace assay::quantize {
namespace {

constexpr size_t kLength = 10;

// Correlated inputs, so that errors of weights can cancel.
struct Problem {
  std::vector<float> weights;
  float scale = 0.1f;
  std::vector<double> second = std::vector<double>(kLength * kLength);

  explicit Problem(uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    for (size_t i = 0; i < kLength; ++i) {
      weights.push_back(static_cast<float>(0.3 * normal(random)));
    }
    for (int sample = 0; sample < 50; ++sample) {
      const double common = 2 + normal(random);
      double x[kLength];
      for (double& value : x) value = common + 0.3 * normal(random);
      for (size_t i = 0; i < kLength * kLength; ++i) {
        second[i] += x[i / kLength] * x[i % kLength] / 50;
      }
    }
  }

  double Error(const std::vector<int8_t>& codes) const {
    return RowError(weights, scale, codes, second, second);
  }
  std::vector<int8_t> Nearest() const {
    std::vector<int8_t> codes;
    for (float w : weights) codes.push_back(static_cast<int8_t>(std::nearbyint(w / scale)));
    return codes;
  }
  // Of all 2^10 ways to round.
  double Least() const {
    double least = std::numeric_limits<double>::infinity();
    for (unsigned bits = 0; bits < 1u << kLength; ++bits) {
      std::vector<int8_t> codes;
      for (size_t i = 0; i < kLength; ++i) {
        codes.push_back(static_cast<int8_t>(std::floor(weights[i] / scale) + ((bits >> i) & 1)));
      }
      least = std::min(least, Error(codes));
    }
    return least;
  }
};

TEST(RoundRow, ComesNearTheBestOfAllRoundings) {
  double gained = 0, possible = 0;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    const Problem problem(seed);
    const double nearest = problem.Error(problem.Nearest());
    const double found =
        problem.Error(RoundRow(problem.weights, problem.scale, problem.second, problem.second));
    EXPECT_LE(found, nearest + 0.01 * std::fabs(nearest)) << seed;  // The ridge costs a little.
    gained += nearest - found;
    possible += nearest - problem.Least();
  }
  EXPECT_GT(gained, 0.8 * possible);
}

TEST(RoundRow, CodesAreNeighboursOfTheWeights) {
  const Problem problem(3);
  const auto codes = RoundRow(problem.weights, problem.scale, problem.second, problem.second);
  for (size_t i = 0; i < kLength; ++i) {
    EXPECT_LT(std::fabs(problem.weights[i] / problem.scale - codes[i]), 1.0f);
  }
}

TEST(RoundRow, WithoutCorrelationItIsTheNearest) {
  Problem problem(5);
  for (size_t i = 0; i < kLength * kLength; ++i) {
    problem.second[i] = i / kLength == i % kLength ? 1.0 : 0.0;
  }
  EXPECT_EQ(RoundRow(problem.weights, problem.scale, problem.second, problem.second),
            problem.Nearest());
}

TEST(RoundRow, StaysInRangeAndSurvivesWhatIsNoNumber) {
  const std::vector<float> weights = {1000.0f, -1000.0f, std::nanf("")};
  const std::vector<double> identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const auto codes = RoundRow(weights, 1.0f, identity, identity);
  ASSERT_EQ(codes.size(), 3u);
  for (int8_t code : codes) EXPECT_GE(code, -127);
}

}  // namespace
}  // namespace assay::quantize
