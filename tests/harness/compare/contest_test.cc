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
  EXPECT_THAT(Contenders(comparison, 1), ElementsAre("c", "e"));
  EXPECT_THAT(Contenders(comparison, 9, 1.25), ElementsAre("a", "c", "d", "e", "f"));
}

TEST(Contenders, ThePickIsOneHoweverSlow) {
  EXPECT_THAT(Contenders(Timed({{"a", 1}, {"b", 9}}, "b")), ElementsAre("a", "b"));
  EXPECT_THAT(Contenders(Timed({{"a", 1}, {"b", 9}}, "a")), ElementsAre("a"));
}

TEST(Contest, IsWonByAVariantThatRunsHere) {
  const catalog::Problem problem = *catalog::ParseShape("gemm:u8s8s32:32x64x64");
  VariantOptions options;
  options.budget_s = 0.02;
  options.cold = false;
  const auto contest = Contest(problem, options);
  if (!contest.ok()) GTEST_SKIP() << "skip: only plain loops run here";
  EXPECT_EQ(contest->wrong, "");
  ASSERT_NE(contest->picked(), nullptr);
  ASSERT_NE(contest->Winner(), nullptr);
  EXPECT_LE(contest->variants.size(), 4u);
}

}  // namespace
}  // namespace assay::compare
