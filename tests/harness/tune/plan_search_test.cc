#include "harness/tune/plan_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantPlan;
using quantize::SearchSpace;

constexpr auto kInt8 = Precision::kInt8PerChannel;

SearchSpace Space() {
  SearchSpace space;
  for (const char* name : {"a", "b", "c"}) {
    space.ops.push_back({name, "Conv", {kInt8, Precision::kInt8PerTensor, Precision::kFp32}});
  }
  space.rescue.resize(2);
  space.rescue[0].bias_correction = true;
  space.rescue[1].adaptive_rounding = true;
  return space;
}

// Every plan to the end; `feasible` says what is.
template <typename Feasible>
std::vector<QuantPlan> Sequence(const SearchSpace& space, Feasible&& feasible) {
  std::vector<QuantPlan> plans;
  PlanSearch search(space, (*FindStrategy("basic"))->make(space.ops, 1));
  while (const auto plan = search.Next()) {
    plans.push_back(*plan);
    double loss = plan->recipes.bias_correction ? 1 : 2;
    if (plan->calibration == "kl") loss -= 0.5;
    EXPECT_GE(search.remaining(), 0);
    search.Tell({.config = plan->operators, .loss = loss, .feasible = feasible(*plan)});
    if (plans.size() > 100) break;
  }
  return plans;
}

bool Never(const QuantPlan&) { return false; }
bool Always(const QuantPlan&) { return true; }

TEST(PlanSearch, RecoversBeforeOperatorsFallBack) {
  const auto plans = Sequence(Space(), Never);
  ASSERT_GT(plans.size(), 4u);
  EXPECT_EQ(plans[0].recipes, quantize::Recipes());
  EXPECT_TRUE(plans[1].recipes.bias_correction);
  EXPECT_TRUE(plans[2].recipes.adaptive_rounding);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(plans[i].operators, plans[0].operators);
  for (size_t i = 3; i < plans.size(); ++i) {  // What lost least is what goes on.
    EXPECT_EQ(ToString(plans[i].recipes), "bias_correction") << i;
    EXPECT_NE(plans[i].operators, plans[0].operators);
  }
  EXPECT_EQ(std::set<QuantPlan>(plans.begin(), plans.end()).size(), plans.size());
}

TEST(PlanSearch, WhatIsFeasibleNeedsNoRescue) {
  for (const QuantPlan& plan : Sequence(Space(), Always)) {
    EXPECT_EQ(plan.recipes, quantize::Recipes());
  }
}

TEST(PlanSearch, EveryCombinationThatWasAskedForIsTried) {
  SearchSpace space = Space();
  space.algorithms = {"minmax", "kl"};
  space.recipes.resize(2);
  space.recipes[1].bias_correction = true;
  const auto plans = Sequence(space, Always);
  ASSERT_GT(plans.size(), 5u);
  EXPECT_EQ(plans[1].calibration, "kl");
  EXPECT_FALSE(plans[1].recipes.bias_correction);
  EXPECT_EQ(plans[2].calibration, "minmax");
  EXPECT_TRUE(plans[2].recipes.bias_correction);
  EXPECT_EQ(plans[4].calibration, "kl");  // The best of the four.
  EXPECT_TRUE(plans[4].recipes.bias_correction);
}

TEST(PlanSearch, AFeasiblePlanWinsOverOneThatLosesLess) {
  SearchSpace space = Space();
  space.algorithms = {"minmax", "kl"};
  const auto plans =
      Sequence(space, [](const QuantPlan& plan) { return plan.calibration != "kl"; });
  ASSERT_GT(plans.size(), 3u);
  EXPECT_EQ(plans[2].calibration, "minmax");
}

TEST(PlanSearch, OperatorsKeepTheAlgorithmsThatTheyMayHave) {
  SearchSpace space = Space();
  space.algorithms = {"minmax", "kl"};
  space.ops[0].algorithms = {"mse", "kl"};
  const auto plans = Sequence(space, Always);
  EXPECT_EQ(plans[0].calibration_of.at("a"), "mse");
  EXPECT_FALSE(plans[0].calibration_of.contains("b"));
  EXPECT_TRUE(plans[1].calibration_of.empty());
}

// Says that the settings of its proposals alternate.
class Alternating : public Strategy {
 public:
  std::optional<quantize::QuantConfig> Next() override {
    ++trials_;
    return quantize::QuantConfig{{"a", kInt8}};
  }
  void Tell(const Feedback& feedback) override { told_.push_back(feedback.loss); }
  int64_t remaining() const override { return 7; }
  size_t settings() const override { return trials_ % 2 == 1 ? 2 : 0; }

  std::vector<double> told_;

 private:
  int trials_ = 0;
};

TEST(PlanSearch, AStrategyMayChooseTheSettings) {
  auto owned = std::make_unique<Alternating>();
  const Alternating& strategy = *owned;
  PlanSearch search(Space(), std::move(owned), true);
  EXPECT_EQ(search.remaining(), 7);
  EXPECT_TRUE(search.Next()->recipes.adaptive_rounding);  // After none and bias correction.
  search.Tell({.config = {}, .loss = 3});
  EXPECT_EQ(search.Next()->recipes, quantize::Recipes());
  search.Tell({.config = {}, .loss = 4});
  EXPECT_THAT(strategy.told_, testing::ElementsAre(3, 4));
}

// Costs by thread count; those of the first `stopped` trials are not known.
std::vector<QuantPlan> WithThreads(const SearchSpace& space, size_t stopped, double one,
                                   double two) {
  std::vector<QuantPlan> plans;
  PlanSearch search(space, (*FindStrategy("basic"))->make(space.ops, 1));
  for (int64_t remaining = search.remaining(); plans.size() < 8; remaining = search.remaining()) {
    const auto plan = search.Next();
    if (!plan) break;
    EXPECT_GT(remaining, 0);
    plans.push_back(*plan);
    const double cost = plans.size() <= stopped ? NAN : plan->threads == 1 ? one : two;
    search.Tell({.config = plan->operators, .loss = 0, .feasible = true, .cost = cost});
  }
  return plans;
}

TEST(PlanSearch, ThreadsAreSettledByTheCostOfTheFirstProposal) {
  SearchSpace space = Space();
  space.threads = {1, 2};
  const auto plans = WithThreads(space, 0, 0.5, 0.4);
  ASSERT_GT(plans.size(), 3u);
  EXPECT_EQ(plans[0].threads, 1);
  EXPECT_EQ(plans[1].threads, 2);
  EXPECT_EQ(plans[0].operators, plans[1].operators);
  for (size_t i = 2; i < plans.size(); ++i) {
    EXPECT_EQ(plans[i].threads, 2);
    EXPECT_NE(plans[i].operators, plans[0].operators);
  }
  EXPECT_EQ(WithThreads(space, 0, 0.5, 0.6)[2].threads, 1);
}

TEST(PlanSearch, ThreadsWaitForATrialWhoseCostIsKnown) {
  SearchSpace space = Space();
  space.threads = {1, 2};
  const auto plans = WithThreads(space, 2, 0.5, 0.4);
  ASSERT_GT(plans.size(), 4u);
  EXPECT_EQ(plans[1].threads, 1);
  EXPECT_EQ(plans[2].threads, 1);
  EXPECT_EQ(plans[3].threads, 2);
  EXPECT_EQ(plans[2].operators, plans[3].operators);
  EXPECT_NE(plans[1].operators, plans[2].operators);
}

TEST(PlanSearch, VariantsAreSettledByCostTogetherWithThreads) {
  SearchSpace space = Space();
  space.threads = {1, 2};
  space.variants = {"dispatch", "measured"};
  PlanSearch search(space, (*FindStrategy("basic"))->make(space.ops, 1));
  std::vector<std::pair<int, std::string>> ways;
  for (int i = 0; i < 6; ++i) {
    const auto plan = search.Next();
    ASSERT_TRUE(plan);
    ways.emplace_back(plan->threads, plan->variants);
    const double cost = ways.back() == std::pair{2, std::string("dispatch")} ? 0.4 : 0.5;
    search.Tell({.config = plan->operators, .loss = 0, .feasible = true, .cost = cost});
  }
  using testing::Pair;
  EXPECT_THAT(ways,
              testing::ElementsAre(Pair(1, "dispatch"), Pair(1, "measured"), Pair(2, "dispatch"),
                                   Pair(2, "measured"), Pair(2, "dispatch"), Pair(2, "dispatch")));
}

TEST(PlanSearch, OneWayToTakeVariantsIsNoChoice) {
  SearchSpace space = Space();
  space.variants = {"measured"};
  for (const QuantPlan& plan : WithThreads(space, 0, 1, 1)) EXPECT_EQ(plan.variants, "measured");
}

TEST(PlanSearch, OneThreadCountIsNoChoice) {
  SearchSpace space = Space();
  space.threads = {3};
  for (const QuantPlan& plan : WithThreads(space, 0, 1, 1)) EXPECT_EQ(plan.threads, 3);
  for (const QuantPlan& plan : WithThreads(Space(), 0, 1, 1)) EXPECT_EQ(plan.threads, 0);
}

}  // namespace
}  // namespace assay::tune
