#include "objectives/stats/best.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

// Log times of candidates with these locations; what a round shares dwarfs what tells them apart.
std::vector<std::vector<double>> Rounds(Normal& normal, const std::vector<double>& locations,
                                        size_t rounds) {
  std::vector<std::vector<double>> logarithms(locations.size());
  for (size_t r = 0; r < rounds; ++r) {
    const double shared = 0.2 * normal();
    for (size_t i = 0; i < locations.size(); ++i) {
      logarithms[i].push_back(shared + locations[i] + 0.01 * normal());
    }
  }
  return logarithms;
}

// Candidate i minus the smallest of the others.
double Truth(const std::vector<double>& locations, size_t i) {
  double least = std::numeric_limits<double>::infinity();
  for (size_t j = 0; j < locations.size(); ++j) {
    if (j != i) least = std::min(least, locations[j]);
  }
  return locations[i] - least;
}

// Whether all that was said at once is true.
bool AllTrue(const std::vector<Standing>& standings, const std::vector<double>& locations) {
  for (size_t i = 0; i < locations.size(); ++i) {
    const double truth = Truth(locations, i);
    if (!standings[i].ratio_to_best_other.interval.Contains(std::exp(truth))) return false;
    if (truth <= 0 && !standings[i].tied) return false;
  }
  return true;
}

TEST(CompareWithBest, WhatIsSaidHoldsAtOnce) {
  for (const auto& locations : {std::vector<double>{0, 0.001, 0.002, 0.02, 0.5},
                                std::vector<double>(8, 0.0), std::vector<double>{0, 0.01}}) {
    Normal normal(61);
    int right = 0;
    for (int i = 0; i < 1000; ++i) {
      right += AllTrue(CompareWithBest(Rounds(normal, locations, 20)), locations);
    }
    EXPECT_GE(right, 940);  // 950 at least in expectation; two standard deviations below.
  }
}

TEST(CompareWithBest, FindsTheTiedAndHowFarTheOthersAre) {
  Normal normal(62);
  const auto standings = CompareWithBest(Rounds(normal, {0.1, 0, 0.0001, 0.3}, 60));
  EXPECT_FALSE(standings[0].tied);
  EXPECT_TRUE(standings[1].tied);
  EXPECT_TRUE(standings[2].tied);
  EXPECT_FALSE(standings[3].tied);
  EXPECT_GT(standings[0].ratio_to_best_other.interval.lo, 1.09);
  EXPECT_LT(standings[0].ratio_to_best_other.interval.hi, 1.12);
  EXPECT_TRUE(standings[1].ratio_to_best_other.interval.Contains(1));
}

TEST(CompareWithBest, AMarginTiesWhatDoesNotMatter) {
  Normal normal(64);
  const auto rounds = Rounds(normal, {0.02, 0, 0.2}, 60);
  EXPECT_FALSE(CompareWithBest(rounds)[0].tied);
  const auto within = CompareWithBest(rounds, 0.95, 0.03);
  EXPECT_TRUE(within[0].tied);
  EXPECT_TRUE(within[1].tied);
  EXPECT_FALSE(within[2].tied);
  EXPECT_EQ(within[0].ratio_to_best_other.interval.lo,
            CompareWithBest(rounds)[0].ratio_to_best_other.interval.lo);
}

TEST(CompareWithBest, ASoleWinnerIsAheadOfAllOthers) {
  Normal normal(63);
  const auto standings = CompareWithBest(Rounds(normal, {0.1, 0, 0.2}, 30));
  EXPECT_TRUE(standings[1].tied);
  EXPECT_FALSE(standings[0].tied);
  EXPECT_LT(standings[1].ratio_to_best_other.interval.hi, 1);
  // The best of the others is the first, not the last.
  EXPECT_GT(standings[1].ratio_to_best_other.interval.lo, 0.88);
}

TEST(CompareWithBest, TooFewRoundsLeaveEverybodyTied) {
  for (const Standing& standing : CompareWithBest(std::vector<std::vector<double>>{{0}, {5}})) {
    EXPECT_TRUE(standing.tied);
    EXPECT_EQ(standing.ratio_to_best_other.interval.lo, 0);
    EXPECT_TRUE(std::isinf(standing.ratio_to_best_other.interval.hi));
  }
}

TEST(CompareWithBestDeathTest, ThereIsSomebodyToCompareWith) {
  EXPECT_DEATH(CompareWithBest(std::vector<std::vector<double>>{{0, 1}}), "size");
}

}  // namespace
}  // namespace assay
