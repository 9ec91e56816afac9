#include "harness/tune/settings.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::tune {
namespace {

using quantize::QuantPlan;
using quantize::Recipes;
using quantize::SearchSpace;
using testing::ElementsAre;

constexpr Recipes kBias = {.bias_correction = true};
constexpr Recipes kRounding = {.adaptive_rounding = true};

SearchSpace Silent() {
  SearchSpace space;
  space.rescue = {kBias};
  space.open_recipes = quantize::EveryRecipes();
  return space;
}

TEST(Settings, WhatWasAskedForIsEveryCombination) {
  SearchSpace space;
  space.algorithms = {"minmax", "kl"};
  space.recipes = {Recipes(), kBias};
  const auto asked = AskedSettings(space);
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(asked[1].calibration, "kl");
  EXPECT_EQ(asked[2].recipes, kBias);
  EXPECT_EQ(AllSettings(space), asked);  // Nothing is open.
}

TEST(Settings, WhatIsOpenComesAfterTheRescueAndNothingComesTwice) {
  const auto known = KnownSettings(Silent()), all = AllSettings(Silent());
  ASSERT_EQ(known.size(), 2u);
  EXPECT_EQ(known[1].recipes, kBias);
  EXPECT_EQ(std::vector<QuantPlan>(all.begin(), all.begin() + 2), known);
  EXPECT_EQ(all.size(), 16u);
  EXPECT_EQ(std::set<QuantPlan>(all.begin(), all.end()).size(), 16u);
}

TEST(Settings, TheErrorIsThatOfTheNearest) {
  std::vector<QuantPlan> settings(5);
  settings[1].recipes = kBias;
  settings[2].recipes = {.cross_layer_equalization = true};                           // As none.
  settings[3].recipes = {.cross_layer_equalization = true, .bias_correction = true};  // As bias.
  settings[4].recipes = {.adaptive_rounding = true};
  settings[4].calibration = "kl";  // Two away from none, three from bias.
  EXPECT_THAT(ExpectedErrors(settings, {8, 2}), ElementsAre(8, 2, 8, 2, 8));
}

TEST(Settings, OfSeveralThatAreAsNearItIsTheMean) {
  std::vector<QuantPlan> settings(3);
  settings[1].recipes = {.adaptive_rounding = true, .bias_correction = true};
  settings[2].recipes = kRounding;
  EXPECT_THAT(ExpectedErrors(settings, {8, 2}), ElementsAre(8, 2, 5));
}

TEST(Settings, SecondsAreThoseOfTheirRecipesInTheMean) {
  std::vector<QuantPlan> settings(5);
  settings[1].recipes = kBias;
  settings[2].recipes = {.adaptive_rounding = true, .bias_correction = true};
  settings[3].recipes = kRounding;
  settings[4].recipes = {.weight_clipping = true, .bias_correction = true};  // Clipping: unknown.
  EXPECT_THAT(ExpectedSeconds(settings, {{},
                                         {{"bias_correction", 1}},
                                         {{"adaptive_rounding", 8}, {"bias_correction", 3}}}),
              ElementsAre(0, 1, 11, 8, 2));
}

TEST(Settings, EqualizationIsPaidForOnce) {
  EXPECT_EQ(RepeatedSeconds({{"cross_layer_equalization", 5}, {"bias_correction", 2}}), 2);
  EXPECT_EQ(RepeatedSeconds({}), 0);
}

TEST(Settings, OperatorsKeepTheirOwnAlgorithms) {
  QuantPlan settings;
  settings.calibration = "kl";
  settings.recipes = kBias;
  std::vector<quantize::QuantizableOp> ops(2);
  ops[0].node = "a";
  ops[0].algorithms = {"mse"};
  ops[1].node = "b";
  const QuantPlan plan = WithSettings({{"a", quantize::Precision::kInt8PerTensor}}, settings, ops);
  EXPECT_EQ(plan.recipes, kBias);
  EXPECT_EQ(plan.calibration_of.at("a"), "mse");
  EXPECT_FALSE(plan.calibration_of.contains("b"));
  EXPECT_TRUE(plan.operators.contains("a"));
}

}  // namespace
}  // namespace assay::tune
