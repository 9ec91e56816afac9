#include "harness/compare/contest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay::compare {
namespace {

using testing::ElementsAre;

VariantComparison Timed(std::initializer_list<std::pair<const char*, double>> variants,
                        const std::string& picked) {
  VariantComparison comparison;
  for (const auto& [name, seconds] : variants) {
    comparison.variants.push_back({.name = name, .picked = name == picked});
    comparison.variants.back().warm.median_s = seconds;
  }
  return comparison;
}

TEST(Contenders, AreThePickAndTheFastestOthersInTheOrderOfVariants) {
  const auto comparison =
      Timed({{"a", 1.05}, {"b", 1.3}, {"c", 1}, {"d", 1.04}, {"e", 1.1}, {"f", 1.2}}, "e");
  EXPECT_THAT(Contenders(comparison), ElementsAre("a", "c", "d", "e"));
  EXPECT_THAT(Contenders(comparison, "", 1), ElementsAre("c", "e"));
  EXPECT_THAT(Contenders(comparison, "", 9, 1.25), ElementsAre("a", "c", "d", "e", "f"));
}

TEST(Contenders, ThePickIsOneHoweverSlow) {
  EXPECT_THAT(Contenders(Timed({{"a", 1}, {"b", 9}}, "b")), ElementsAre("a", "b"));
  EXPECT_THAT(Contenders(Timed({{"a", 1}, {"b", 9}}, "a")), ElementsAre("a"));
}

TEST(Contenders, WhoWonBeforeIsOneHoweverSlow) {
  EXPECT_THAT(Contenders(Timed({{"a", 1}, {"b", 9}, {"c", 9}}, "a"), "c"), ElementsAre("a", "c"));
}

constexpr double kMargin = 0.02;

Contender Of(const char* name, double ratio, bool picked = false, bool holds = false) {
  return {.name = name,
          .picked = picked,
          .holds = holds,
          .standing = {{ratio, {ratio - 0.001, ratio + 0.001, 0.95}}}};
}

TEST(Winner, IsWhoWonBeforeUnlessItIsBeaten) {
  ContestResult result;
  result.contenders = {Of("picked", 0.99, true), Of("holder", 1.01, false, true)};
  EXPECT_EQ(result.Winner(kMargin)->name, "holder");
  result.contenders[1] = Of("holder", 1.05, false, true);
  EXPECT_EQ(result.Winner(kMargin)->name, "picked");
}

TEST(Winner, IsDispatchsPickWhereItIsNotBeatenAndElseTheFirstThatIsNot) {
  ContestResult result;
  EXPECT_EQ(result.Winner(kMargin), nullptr);
  result.contenders = {Of("slow", 1.1), Of("first", 1.01), Of("picked", 1.02, true),
                       Of("last", 0.99)};
  EXPECT_EQ(result.Winner(kMargin)->name, "picked");
  result.contenders[2] = Of("picked", 1.04, true);
  EXPECT_EQ(result.Winner(kMargin)->name, "first");
}

TEST(Doubtful, IsAWinnerThatAnotherRunMayNotHave) {
  ContestResult result;
  EXPECT_FALSE(result.Doubtful(kMargin));
  result.contenders = {Of("picked", 1.031, true), Of("other", 0.97)};
  EXPECT_TRUE(result.Doubtful(kMargin));
  EXPECT_FALSE(result.Doubtful(0.03));
  result.contenders[0] = Of("picked", 1.08, true);
  EXPECT_FALSE(result.Doubtful(kMargin));
  result.contenders.push_back(Of("first", 1.031));
  std::swap(result.contenders[1], result.contenders[2]);
  EXPECT_TRUE(result.Doubtful(kMargin));
  result.contenders.resize(1);
  EXPECT_FALSE(result.Doubtful(kMargin));  // Alone.
}

TEST(Open, IsAContestThatMoreProcessesMayDecide) {
  ContestResult result;
  EXPECT_FALSE(result.Open(kMargin));
  result.contenders = {{.name = "picked", .picked = true}};
  EXPECT_FALSE(result.Open(kMargin));  // Alone.
  result.contenders.push_back({.name = "other"});
  EXPECT_TRUE(result.Open(kMargin));
  result.contenders[0] = Of("picked", 1.01, true);
  EXPECT_FALSE(result.Open(kMargin));
  result.contenders[0].standing.ratio_to_best_other.interval.hi = 1.05;
  EXPECT_TRUE(result.Open(kMargin));
}

}  // namespace
}  // namespace assay::compare
