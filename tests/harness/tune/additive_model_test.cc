#include "harness/tune/additive_model.h"

#include <gtest/gtest.h>

namespace assay::tune {
namespace {

TEST(AdditiveModel, AnExactSumIsTakenOverWhereItIsUncertain) {
  AdditiveModel model({{1, 0}, {1, 0}}, {{1, 0}, {3, 0}});
  model.Correct({0, 0}, 12, 0);
  EXPECT_DOUBLE_EQ(model.Sum({0, 0}), 12);
  EXPECT_DOUBLE_EQ(model.at(0, 0), 2);  // A tenth of the variance, a tenth of the surprise.
  EXPECT_DOUBLE_EQ(model.at(1, 0), 10);
  EXPECT_EQ(model.at(0, 1), 0);  // Certain.
}

TEST(AdditiveModel, AnInexactSumMovesItInPart) {
  AdditiveModel model({{1, 0}}, {{1, 0}});
  model.Correct({0}, 3, 1);
  EXPECT_DOUBLE_EQ(model.at(0, 0), 2);
}

TEST(AdditiveModel, EnoughSumsDetermineEveryContribution) {
  AdditiveModel model({{0, 0}, {0, 0}, {0, 0}}, {{5, 5}, {5, 5}, {5, 5}});
  const auto truth = [](const Point& p) { return 2.0 * p[0] - 3.0 * p[1] + 1.0 * p[2] + 4; };
  for (const Point& point : {Point{0, 0, 0}, Point{1, 0, 0}, Point{0, 1, 0}, Point{0, 0, 1}}) {
    model.Correct(point, truth(point), 1e-6);
  }
  EXPECT_NEAR(model.Sum({1, 1, 1}), truth({1, 1, 1}), 1e-6);
}

TEST(AdditiveModel, WhatWasMeasuredIsCertain) {
  AdditiveModel model({{1, 0}, {1, 0}}, {{1, 2}, {3, 4}});
  EXPECT_DOUBLE_EQ(model.Variance({0, 0}), 10);
  model.Correct({0, 0}, 12, 0);
  EXPECT_NEAR(model.Variance({0, 0}), 0, 1e-12);
  EXPECT_NEAR(model.Variance({1, 0}), 4 + 0.9, 1e-12);  // Of the first 9 in 10 was its own.
}

TEST(AdditiveModel, ANeighborsVarianceNeedsNoSum) {
  AdditiveModel model({{1, 0, 2}, {1, 0}, {2, 1}}, {{1, 2, 1}, {3, 4}, {1, 5}});
  for (int corrected = 0; corrected < 2; ++corrected) {
    const Point point = {0, 1, 0};
    const auto covariance = model.Covariance(point);
    const double variance = model.Variance(point);
    EXPECT_NEAR(model.VarianceAfter(point, covariance, variance, 0, 2), model.Variance({2, 1, 0}),
                1e-12);
    EXPECT_NEAR(model.VarianceAfter(point, covariance, variance, 2, 1), model.Variance({0, 1, 1}),
                1e-12);
    model.Correct({0, 0, 1}, 3, 0.5);
  }
}

}  // namespace
}  // namespace assay::tune
