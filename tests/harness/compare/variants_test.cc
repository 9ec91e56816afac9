#include "harness/compare/variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace assay::compare {
namespace {

using testing::HasSubstr;

constexpr const char* kShape = "gemm:u8s8s32:32x64x64";

VariantOptions Quick(std::vector<std::string> names) {
  VariantOptions options;
  options.names = std::move(names);
  options.budget_s = 0.01;
  return options;
}

std::string ScalarName(const catalog::Problem& problem) {
  for (const VariantChoice& choice : catalog::Explain(problem)) {
    if (choice.isa == Isa::kScalar && choice.available) return choice.name;
  }
  return "";
}

std::string PickedName(const catalog::Problem& problem) {
  for (const VariantChoice& choice : catalog::Explain(problem)) {
    if (choice.picked) return choice.name;
  }
  return "";
}

TEST(CompareVariants, PlainLoopsLoseWarmAndCold) {
  const catalog::Problem problem = *catalog::ParseShape(kShape);
  const std::string scalar = ScalarName(problem), picked = PickedName(problem);
  if (scalar == picked) GTEST_SKIP() << "skip: only plain loops run here";
  const auto comparison = CompareVariants(problem, Quick({scalar, picked}));
  ASSERT_TRUE(comparison.ok()) << comparison.message();
  EXPECT_EQ(comparison->wrong, "");
  ASSERT_EQ(comparison->variants.size(), 2u);
  const VariantTimes &slow = comparison->variants[0], &fast = comparison->variants[1];
  EXPECT_FALSE(slow.picked);
  EXPECT_EQ(comparison->picked(), &fast);
  EXPECT_TRUE(fast.warm.standing.tied);
  EXPECT_FALSE(slow.warm.standing.tied);
  EXPECT_GT(slow.warm.standing.ratio_to_best_other.interval.lo, 2);
  EXPECT_LT(fast.warm.standing.ratio_to_best_other.interval.hi, 0.5);
  EXPECT_EQ(fast.warm.seconds.size(), slow.warm.seconds.size());
  EXPECT_EQ(fast.warm.placements.size(), slow.warm.placements.size());
  EXPECT_GE(fast.warm.placements.size(), 6u);
  EXPECT_GE(fast.warm.seconds.size(), 2 * fast.warm.placements.size());
  ASSERT_TRUE(fast.cold.has_value());
  EXPECT_GT(fast.cold->median_s, fast.warm.median_s);
  EXPECT_TRUE(comparison->NotCold().empty());
  EXPECT_GT(fast.packed_bytes, 64 * 64 - 1);
}

TEST(CompareVariants, ANameGivenTwiceIsAControl) {
  const catalog::Problem problem = *catalog::ParseShape(kShape);
  VariantOptions options = Quick({PickedName(problem), PickedName(problem)});
  options.cold = false;
  const auto comparison = CompareVariants(problem, options);
  ASSERT_TRUE(comparison.ok()) << comparison.message();
  EXPECT_EQ(comparison->variants[1].name, comparison->variants[0].name + " #2");
  EXPECT_FALSE(comparison->variants[1].picked);
  EXPECT_FALSE(comparison->variants[0].cold.has_value());
}

TEST(CompareVariants, ByDefaultAllThatAreWorthIt) {
  const catalog::Problem problem = *catalog::ParseShape(kShape);
  VariantOptions options = Quick({});
  options.cold = false;
  const auto comparison = CompareVariants(problem, options);
  size_t expected = 0;
  for (const VariantChoice& choice : catalog::Explain(problem)) {
    expected += choice.available && choice.affordable && choice.isa != Isa::kScalar;
  }
  if (expected == 0) {
    EXPECT_THAT(comparison.message(), HasSubstr("no variant"));
    return;
  }
  ASSERT_TRUE(comparison.ok()) << comparison.message();
  EXPECT_EQ(comparison->variants.size(), expected);
  EXPECT_NE(comparison->picked(), nullptr);
  EXPECT_GT(comparison->picked()->fraction_of_peak, 0);
}

TEST(CompareVariants, WrongNamesAreOneSentence) {
  const catalog::Problem problem = *catalog::ParseShape(kShape);
  EXPECT_THAT(CompareVariants(problem, Quick({"u8s8_scalar_4x5"})).message(),
              HasSubstr("did you mean 'u8s8_scalar_4x4'"));
  VariantOptions capped = Quick({"u8s8_avx2_24x16"});
  capped.kernel.usable = IsaSet{Isa::kScalar};
  const auto refused = CompareVariants(problem, capped);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.message(), HasSubstr("u8s8_avx2_24x16 cannot do it here: "));
}

TEST(CompareVariants, StopsWhenAskedTo) {
  const catalog::Problem problem = *catalog::ParseShape(kShape);
  VariantOptions options = Quick({PickedName(problem), PickedName(problem)});
  options.stop = [] { return true; };
  EXPECT_TRUE(CompareVariants(problem, options)->interrupted);
}

TEST(NotCold, NamesWhatWasFasterThanMemory) {
  VariantComparison comparison;
  comparison.dram_bytes_per_s = 1e9;
  comparison.variants = {{.name = "warm", .packed_bytes = 2000},
                         {.name = "cold", .packed_bytes = 500}};
  for (VariantTimes& variant : comparison.variants) variant.cold = Times{.median_s = 1e-6};
  EXPECT_THAT(comparison.NotCold(), testing::ElementsAre("warm"));
  comparison.dram_bytes_per_s = 0;
  EXPECT_TRUE(comparison.NotCold().empty());
}

}  // namespace
}  // namespace assay::compare
