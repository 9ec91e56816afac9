#include "objectives/stats/multiple.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

// The fifteen p-values of Benjamini and Hochberg (1995), section 3.2: at 5 % their procedure
// rejects four hypotheses, Bonferroni's three.
const std::vector<double> kPaper = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};

int64_t Rejections(const std::vector<double>& p_values) {
  return std::count_if(p_values.begin(), p_values.end(), [](double p) { return p <= 0.05; });
}

TEST(Multiple, TheExampleOfThePaper) {
  const std::vector<double> adjusted = BenjaminiHochberg(kPaper);
  EXPECT_EQ(Rejections(adjusted), 4);
  EXPECT_EQ(Rejections(Holm(kPaper)), 3);
  // p m / rank, made monotone from above, by hand.
  const std::vector<double> by_hand = {0.0015,
                                       0.003,
                                       0.0095,
                                       0.035625,
                                       0.0603,
                                       0.0298 * 15 / 7,
                                       0.0298 * 15 / 7,
                                       0.0344 * 15 / 8,
                                       0.0765,
                                       0.486,
                                       0.4262 * 15 / 11,
                                       0.5719 * 15 / 12,
                                       0.6528 * 15 / 13,
                                       0.7590 * 15 / 14,
                                       1};
  EXPECT_THAT(adjusted, Pointwise(DoubleNear(1e-12), by_hand));
}

// Holm (1979), with the order of p-values kept: 4 x .005, 3 x .01, then 2 x .03 carried on.
TEST(Holm, StepsDownAndKeepsTheOrder) {
  EXPECT_THAT(Holm(std::vector<double>{0.01, 0.04, 0.03, 0.005}),
              Pointwise(DoubleNear(1e-12), {0.03, 0.06, 0.06, 0.02}));
}

TEST(Multiple, ANanIsNoTest) {
  const double nan = std::nan("");
  for (const auto& adjusted : {BenjaminiHochberg(std::vector<double>{nan, 0.02, nan, 0.04}),
                               BenjaminiHochberg(std::vector<double>{nan, 0.04, nan, 0.02})}) {
    EXPECT_TRUE(std::isnan(adjusted[0]));
    EXPECT_TRUE(std::isnan(adjusted[2]));
    EXPECT_NEAR(adjusted[1], 0.04, 1e-12);
    EXPECT_NEAR(adjusted[3], 0.04, 1e-12);
  }
  EXPECT_TRUE(Holm({}).empty());
  EXPECT_TRUE(std::isnan(Holm(std::vector<double>{nan})[0]));
}

TEST(Multiple, OneTestStaysAsItIs) {
  EXPECT_EQ(BenjaminiHochberg(std::vector<double>{0.03})[0], 0.03);
  EXPECT_EQ(Holm(std::vector<double>{0.03})[0], 0.03);
}

// One-sided p-values of 20 normal numbers, the first 10 of which are of no effect.
std::vector<double> PValues(Normal& normal, double effect) {
  std::vector<double> p_values;
  for (int i = 0; i < 20; ++i) {
    const double z = normal() + (i < 10 ? 0 : effect);
    p_values.push_back(boost::math::cdf(boost::math::complement(boost::math::normal(), z)));
  }
  return p_values;
}

TEST(BenjaminiHochberg, HoldsTheShareOfFalseOnes) {
  Normal normal(31);
  double false_share = 0, found = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto adjusted = BenjaminiHochberg(PValues(normal, 3));
    const double wrong = static_cast<double>(Rejections({adjusted.begin(), adjusted.begin() + 10}));
    const double right = static_cast<double>(Rejections({adjusted.begin() + 10, adjusted.end()}));
    false_share += wrong / std::max(1.0, wrong + right) / 4000;
    found += right / 10 / 4000;
  }
  EXPECT_NEAR(false_share, 0.05 * 10 / 20, 0.006);  // Level times the share of true nulls.
  EXPECT_GT(found, 0.8);
}

TEST(Holm, HoldsTheProbabilityOfASingleFalseOne) {
  Normal normal(32);
  int wrong = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto adjusted = Holm(PValues(normal, 0));
    wrong += Rejections(adjusted) > 0;
  }
  EXPECT_NEAR(wrong / 4000.0, 0.05, 0.014);
}

}  // namespace
}  // namespace assay
