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

TEST(Winner, IsWhoWonBeforeUnlessItIsBeaten) {
  ContestResult result;
  result.contenders = {{.name = "picked", .picked = true}, {.name = "holder", .holds = true}};
  EXPECT_EQ(result.Winner()->name, "holder");
  result.contenders[1].standing.tied = false;
  EXPECT_EQ(result.Winner()->name, "picked");
}

TEST(Winner, IsDispatchsPickWhereItIsTiedAndElseTheFirstThatIs) {
  ContestResult result;
  EXPECT_EQ(result.Winner(), nullptr);
  const auto add = [&](const char* name, bool picked, bool tied) {
    result.contenders.push_back({.name = name, .picked = picked});
    result.contenders.back().standing.tied = tied;
  };
  add("slow", false, false);
  add("first", false, true);
  add("picked", true, true);
  add("last", false, true);
  EXPECT_EQ(result.Winner()->name, "picked");
  result.contenders[2].standing.tied = false;
  EXPECT_EQ(result.Winner()->name, "first");
}

}  // namespace
}  // namespace assay::compare
