#include "harness/tune/loss_model.h"

#include <gtest/gtest.h>

namespace assay::tune {
namespace {

// Two settings, of which the second errs by a tenth; four operators that err alike.
ModelFacts Facts() {
  ModelFacts facts;
  facts.loss_limit = 0.03;
  for (int op = 0; op < 4; ++op) {
    facts.operators.push_back({{1, 2, 0}, {1, 2, 0}, {1, 1, 0}, {0, 0, 0}});
  }
  facts.settings_error = {40, 4};
  return facts;
}

constexpr size_t kPlain = 0, kBetter = 1;
const Point kAll = {0, 0, 0, 0}, kNone = {2, 2, 2, 2};

TEST(LossModel, BeforeAnyTrialTheBestSettingsLoseWhatTheLimitAllows) {
  const LossModel model(Facts());
  EXPECT_NEAR(model.Predict(kBetter, kAll).loss, 0.03, 0.015);
  EXPECT_NEAR(model.Predict(kPlain, kAll).loss / model.Predict(kBetter, kAll).loss, 10, 1e-9);
  EXPECT_EQ(model.Predict(kBetter, kNone).loss, 0);
  EXPECT_DOUBLE_EQ(model.Predict(kBetter, {1, 0, 0, 0}).loss,
                   1.25 * model.Predict(kBetter, kAll).loss);
}

TEST(LossModel, AMeasuredLossTellsOfTheOtherSettingsToo) {
  LossModel model(Facts());
  const double before = model.Predict(kPlain, kAll).loss;
  model.Tell(kBetter, kAll, 0.001, 0.001);
  EXPECT_NEAR(model.Predict(kBetter, kAll).loss, 0.001, 0.002);
  EXPECT_LT(model.Predict(kPlain, kAll).loss, before / 3);
}

// One lucky trial does not make all others free.
TEST(LossModel, NoLossIsExpectedToGainFromErrors) {
  LossModel model(Facts());
  model.Tell(kBetter, kAll, -0.01, 0.01);
  EXPECT_GT(model.Predict(kPlain, kAll).loss, 0.01);
}

TEST(LossModel, WhatSharesOperatorsSharesLuck) {
  LossModel model(Facts());
  model.Tell(kBetter, kAll, -0.01, 0.01);
  const double own = model.Predict(kBetter, kAll).loss;
  const double near = model.Predict(kBetter, {1, 0, 0, 0}).loss;
  const double far = model.Predict(kBetter, {1, 1, 1, 1}).loss;
  EXPECT_LT(own, near);
  EXPECT_LT(near, far);
  EXPECT_GT(far, 0);
  EXPECT_LT(model.Predict(kBetter, {1, 0, 0, 0}).deviation,
            model.Predict(kBetter, {1, 1, 1, 1}).deviation);
}

TEST(LossModel, WhatErrsLessIsTheLikelierToDo) {
  LossModel model(Facts());
  EXPECT_GT(model.Chance(kBetter), 0.3);
  EXPECT_LT(model.Chance(kBetter), 0.7);
  EXPECT_LT(model.Chance(kPlain), model.Chance(kBetter) / 5);
  EXPECT_GT(model.Chance(kPlain), 0);
  LossModel harmless = model;
  harmless.Tell(kPlain, kAll, 0.001, 0.001);
  EXPECT_GT(harmless.Chance(kPlain), 0.9);
  EXPECT_GT(harmless.Chance(kBetter), 0.9);
  const double before = model.Chance(kBetter);
  model.Tell(kBetter, kAll, 0.3, 0.001);
  EXPECT_LT(model.Chance(kBetter), before / 4);
}

}  // namespace
}  // namespace assay::tune
