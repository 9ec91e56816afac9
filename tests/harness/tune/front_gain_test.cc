#include "harness/tune/front_gain.h"

#include <gtest/gtest.h>

#include <random>

namespace assay::tune {
namespace {

TEST(FrontGain, WhatIsCertainAddsItsOwnArea) {
  const FrontGain nothing({}, 3, 3);
  EXPECT_DOUBLE_EQ(nothing.Expect({1, 0}, 0.25), 2 * 0.75);
  EXPECT_EQ(nothing.Expect({4, 0}, 0.25), 0);  // Loses too much.
  EXPECT_EQ(nothing.Expect({1, 0}, 1.5), 0);   // Slower than fp32.
}

TEST(FrontGain, WhatOthersHaveIsNotCountedTwice) {
  const FrontGain gain({{1, 0.5}, {2, 0.25}}, 3, 3);
  EXPECT_EQ(gain.Expect({1, 0}, 0.5), 0);
  EXPECT_DOUBLE_EQ(gain.Expect({1.5, 0}, 0.25), 0.5 * 0.25);
  EXPECT_DOUBLE_EQ(gain.Expect({0.5, 0}, 0.25), 0.5 * 0.75 + 1 * 0.25);
  EXPECT_DOUBLE_EQ(gain.Expect({-1, 0}, 0.75), 2 * 0.25);  // Better than fp32.
}

TEST(FrontGain, BeyondTheBudgetNothingIsExpected) {
  const FrontGain gain({}, 3, 1);
  EXPECT_EQ(gain.Expect({2, 0}, 0.5), 0);
  EXPECT_DOUBLE_EQ(gain.Expect({0.5, 0}, 0.5), 2.5 * 0.5);
}

// Slower by more than the clock's noise: only a loss lower by more than its own noise counts.
TEST(FrontGain, WhatIsDominatedBeyondTheNoiseAddsNothing) {
  const FrontGain gain({{.loss = 1, .cost = 0.5, .loss_deviation = 0.5, .cost_deviation = 0.01}}, 3,
                       3);
  EXPECT_EQ(gain.Expect({0.5, 0}, 0.6), 0);
  EXPECT_DOUBLE_EQ(gain.Expect({0.5, 0}, 0.51), 0.5 * 0.49);
  EXPECT_DOUBLE_EQ(gain.Expect({-0.5, 0}, 0.6), 1.5 * 0.4);
}

TEST(FrontGain, AnUncertainLossIsWorthTheMeanOfWhatItMayBe) {
  const FrontGain gain({{1, 0.5, 0.2, 0.01}, {2, 0.25, 0.1, 0.01}}, 3, 2.5);
  std::mt19937_64 generator(1);
  for (const double cost : {0.2, 0.26, 0.45, 0.55}) {
    std::normal_distribution<double> loss(1.5, 0.8);
    double sum = 0;
    constexpr int kDraws = 200'000;
    for (int i = 0; i < kDraws; ++i) sum += gain.Expect({loss(generator), 0}, cost);
    EXPECT_NEAR(gain.Expect({1.5, 0.8}, cost), sum / kDraws, 0.005) << cost;
  }
}

}  // namespace
}  // namespace assay::tune
