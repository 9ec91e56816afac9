#include "objectives/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objectives/stats/random.h"

namespace assay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Points = std::vector<std::vector<double>>;

// x[i][j] != 0: i dominates j.
using Relation = std::vector<std::vector<int>>;

std::vector<size_t> FrontOf(const Relation& relation) {
  return ParetoFront(relation.size(), [&](size_t i, size_t j) { return relation[i][j] != 0; });
}

TEST(ParetoFront, IsWhatNothingDominates) {
  EXPECT_THAT(FrontOf({}), IsEmpty());
  EXPECT_THAT(FrontOf({{0}}), ElementsAre(0));
  EXPECT_THAT(FrontOf({{0, 0}, {0, 0}}), ElementsAre(0, 1));
  EXPECT_THAT(FrontOf({{0, 0, 0}, {1, 0, 0}, {1, 0, 0}}), ElementsAre(1, 2));
}

// a beats b and b beats c, but a and c cannot be told apart: b, which is out, must not take c
// along.
TEST(ParetoFront, WhatIsOutTakesNothingAlong) {
  EXPECT_THAT(FrontOf({{0, 1, 0}, {0, 0, 1}, {0, 0, 0}}), ElementsAre(0, 2));
  EXPECT_THAT(FrontOf({{0, 0}, {0, 0}}), ElementsAre(0, 1));  // The same without b.
}

TEST(ParetoFront, ACircleStaysTogether) {
  const Relation circle = {{0, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 1}, {0, 0, 0, 0}};
  EXPECT_THAT(FrontOf(circle), ElementsAre(0, 1, 2));
}

TEST(ParetoFront, ACircleBelowAWinnerIsCutWhereTheWinnerReaches) {
  // 3 dominates 0 of the circle 0 > 1 > 2 > 0. Without 0: 1 > 2.
  const Relation relation = {{0, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 0}, {1, 0, 0, 0}};
  EXPECT_THAT(FrontOf(relation), ElementsAre(1, 3));
}

// For any relation whatever: the front is not empty, and leaving out a trial that is not on it
// leaves it as it is.
TEST(ParetoFront, OnlyTrialsOnTheFrontMatter) {
  std::mt19937_64 generator(31);
  for (int round = 0; round < 500; ++round) {
    const size_t n = 1 + UniformIndex(generator, 8);
    Relation relation(n, std::vector<int>(n));
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = i + 1; j < n; ++j) {
        const uint32_t who = UniformIndex(generator, 3);
        relation[i][j] = who == 1;
        relation[j][i] = who == 2;
      }
    }
    const std::vector<size_t> front = FrontOf(relation);
    ASSERT_FALSE(front.empty());
    for (size_t out = 0; out < n; ++out) {
      if (std::find(front.begin(), front.end(), out) != front.end()) continue;
      const auto original = [&](size_t i) { return i < out ? i : i + 1; };
      std::vector<size_t> without = ParetoFront(
          n - 1, [&](size_t i, size_t j) { return relation[original(i)][original(j)] != 0; });
      for (size_t& i : without) i = original(i);
      ASSERT_EQ(without, front);
    }
  }
}

TEST(Hypervolume, OfBoxes) {
  const std::vector<double> reference = {10, 10};
  EXPECT_EQ(Hypervolume(Points{}, reference), 0);
  EXPECT_EQ(Hypervolume(Points{{7, 6}}, reference), 12);
  EXPECT_EQ(Hypervolume(Points{{7, 6}, {7, 6}}, reference), 12);
  EXPECT_EQ(Hypervolume(Points{{7, 6}, {8, 8}}, reference), 12);
  EXPECT_EQ(Hypervolume(Points{{7, 6}, {9, 2}}, reference), 12 + 8 - 4);
  EXPECT_EQ(Hypervolume(Points{{7, 10}, {11, 0}}, reference), 0);  // On or beyond the reference.
  EXPECT_EQ(Hypervolume(Points{{3}, {4}}, std::vector<double>{10}), 7);
}

// The number of unit cubes that integer points dominate, counted one by one.
int CountCubes(const Points& points, int side, size_t dims) {
  int total = 1, count = 0;
  for (size_t k = 0; k < dims; ++k) total *= side;
  for (int cube = 0; cube < total; ++cube) {
    count += std::any_of(points.begin(), points.end(), [&](const std::vector<double>& point) {
      int rest = cube;
      for (double x : point) {
        if (x > rest % side) return false;
        rest /= side;
      }
      return true;
    });
  }
  return count;
}

TEST(Hypervolume, EqualsCountedCubesInUpToFourDimensions) {
  constexpr int kSide = 6;
  std::mt19937_64 generator(32);
  for (int round = 0; round < 200; ++round) {
    const size_t dims = 1 + UniformIndex(generator, 4);
    Points points(UniformIndex(generator, 12), std::vector<double>(dims));
    for (auto& point : points) {
      for (double& x : point) x = UniformIndex(generator, kSide + 1);
    }
    const std::vector<double> reference(dims, kSide);
    ASSERT_EQ(Hypervolume(points, reference), CountCubes(points, kSide, dims));
  }
}

TEST(Hypervolume, OfAHundredPointsInFourDimensionsIsQuick) {
  std::mt19937_64 generator(33);
  Points points(100, std::vector<double>(4));
  for (auto& point : points) {  // On a simplex: none dominates another.
    double rest = 1000;
    for (size_t k = 0; k < 3; ++k) {
      point[k] = UniformIndex(generator, static_cast<uint32_t>(rest) + 1);
      rest -= point[k];
    }
    point[3] = rest;
  }
  const double volume = Hypervolume(points, std::vector<double>(4, 1000.0));
  EXPECT_GT(volume, 0.5e12);
  EXPECT_LT(volume, 1e12);
}

}  // namespace
}  // namespace assay
