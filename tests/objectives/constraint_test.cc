#include "objectives/constraint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "objectives/multi_objective.h"
#include "objectives/registry.h"

namespace assay {
namespace {

using testing::HasSubstr;

ObjectiveInfo Info(const char* name) { return *FindObjective(name); }

double LimitOf(const char* objective, const char* text) {
  const auto made = Constraint::Parse(Info(objective), text);
  EXPECT_TRUE(made.ok()) << made.message();
  return made.ok() ? made->limit : kUnavailable;
}

std::string ErrorOf(const char* objective, const char* text) {
  return Constraint::Parse(Info(objective), text).message();
}

TEST(Constraint, ReadsUnits) {
  EXPECT_DOUBLE_EQ(LimitOf("modelsize", "<= 1.5 MB"), 1.5e6);
  EXPECT_DOUBLE_EQ(LimitOf("modelsize", "<=1.5MiB"), 1.5 * 1048576);
  EXPECT_DOUBLE_EQ(LimitOf("footprint", "  <= 300 KB "), 3e5);
  EXPECT_DOUBLE_EQ(LimitOf("footprint", "<= 1e6"), 1e6);
  EXPECT_DOUBLE_EQ(LimitOf("footprint", "<= 7 bytes"), 7);
  EXPECT_DOUBLE_EQ(LimitOf("performance", "<= 2 ms"), 2e-3);
  EXPECT_DOUBLE_EQ(LimitOf("performance", "<= 90us"), 9e-5);
  EXPECT_DOUBLE_EQ(LimitOf("accuracy", ">= 92.5 %"), 0.925);
  EXPECT_DOUBLE_EQ(LimitOf("accuracy", ">= 0.9"), 0.9);
  const auto custom = Constraint::Parse({.name = "energy", .unit = "J"}, "<= 3 J");
  ASSERT_TRUE(custom.ok()) << custom.message();
  EXPECT_EQ(custom->limit, 3);
}

TEST(Constraint, RefusesWithWhatWouldDo) {
  EXPECT_EQ(
      ErrorOf("modelsize", "< 1.5 MB"),
      "found '< 1.5 MB', expected '<= NUMBER', or with a unit (B, KB, MB, GB, KiB, MiB, GiB)");
  EXPECT_THAT(ErrorOf("modelsize", "<= 1.5 ms"), HasSubstr("'<= 1.5 ms', expected"));
  EXPECT_THAT(ErrorOf("modelsize", ">= 1 MB"), HasSubstr("but less modelsize is better"));
  EXPECT_THAT(ErrorOf("accuracy", "<= 0.9"), HasSubstr("but more accuracy is better"));
  for (const char* text :
       {"", "<=", "<= MB", "<= nan", "<= inf", "<= 1e999", "<= 1 2 MB", "1.5 MB"}) {
    EXPECT_THAT(ErrorOf("modelsize", text), HasSubstr("expected '<= NUMBER'")) << text;
  }
}

TEST(Constraint, LimitsAreInclusiveAndWhatIsUnavailableMeetsNone) {
  const Constraint at_most{.objective = "x", .at_most = true, .limit = 2};
  EXPECT_TRUE(at_most.Met(2));
  EXPECT_FALSE(at_most.Met(2.001));
  EXPECT_FALSE(at_most.Met(kUnavailable));
  EXPECT_EQ(at_most.Excess(1), 0);
  EXPECT_DOUBLE_EQ(at_most.Excess(3), 0.5);
  EXPECT_TRUE(std::isinf(at_most.Excess(kUnavailable)));
  const Constraint at_least{.objective = "x", .at_most = false, .limit = 2};
  EXPECT_TRUE(at_least.Met(2));
  EXPECT_DOUBLE_EQ(at_least.Excess(1), 0.5);
}

// A trial as accurate as fp32, of so many bytes.
Measured Sized(double bytes) {
  return {.metrics = {0.9}, .values = {bytes / 1e9}, .constrained = {bytes}};
}

MultiObjective Budgeted() {
  MultiObjectiveConfig config;
  config.constraints = {*Constraint::Parse(Info("modelsize"), "<= 1.5 MB")};
  return *MultiObjective::Make(config);
}

TEST(MultiObjectiveConstraint, WhatBreaksABudgetIsNotFeasible) {
  const MultiObjective judge = Budgeted();
  const Measured baseline = Sized(4e6);
  EXPECT_TRUE(judge.Feasible(Sized(1.5e6), baseline));
  EXPECT_FALSE(judge.Feasible(Sized(1.6e6), baseline));
  EXPECT_FALSE(judge.Feasible(Sized(kUnavailable), baseline));
}

TEST(MultiObjectiveConstraint, TheBestThatKeepsItWinsAndElseTheClosest) {
  const MultiObjective judge = Budgeted();
  const Measured baseline = Sized(4e6);
  Measured fast = Sized(2e6);
  fast.values = {1e-9};
  const Ranking some = judge.Rank(std::vector{fast, Sized(1.2e6)}, baseline);
  EXPECT_EQ(some.outcome.status, TuneStatus::kSatisfied);
  EXPECT_EQ(some.outcome.best, 1u);
  const Ranking none = judge.Rank(std::vector{Sized(3e6), fast, Sized(2.5e6)}, baseline);
  EXPECT_EQ(none.outcome.status, TuneStatus::kBestEffort);
  EXPECT_EQ(none.outcome.best, 1u);
}

}  // namespace
}  // namespace assay
