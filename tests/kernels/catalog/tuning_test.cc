#include "kernels/base/tuning.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "kernels/catalog.h"

namespace assay::catalog {
namespace {

constexpr const char* kShapes[] = {
    "gemm:u8s8u8:40x48x64", "gemm:f32:40x48x64", "conv:f32:1x14x14x32:32x3x3:s1:p1:g1",
    "conv:f32:1x14x14x32:32x3x3:s1:p1:g32", "conv:u8s8u8:1x14x14x32:32x3x3:s1:p1:g1"};

VariantChoice Picked(const Problem& problem, const KernelOptions& options = {}) {
  for (const VariantChoice& choice : Explain(problem, options)) {
    if (choice.picked) return choice;
  }
  return {};
}

// A variant that runs here and that dispatch does not pick.
std::string Another(const Problem& problem) {
  for (const VariantChoice& choice : Explain(problem)) {
    if (choice.available && choice.affordable && !choice.picked) return choice.name;
  }
  return "";
}

class TuningTest : public testing::Test {
 protected:
  void TearDown() override { UseTuning(std::nullopt); }

  void Tune(const std::string& shape, const std::string& variant, int threads = 1) {
    Tuning tuning("here.json");
    tuning.Add({shape, threads}, variant);
    UseTuning(std::move(tuning));
  }
};

TEST_F(TuningTest, DispatchFollowsItAndSaysSo) {
  for (const char* shape : kShapes) {
    const Problem problem = *ParseShape(shape);
    const std::string before = Picked(problem).name, other = Another(problem);
    ASSERT_NE(other, "");
    Tune(problem.ToString(), other);
    EXPECT_EQ(Picked(problem).name, other) << shape;
    EXPECT_EQ(Picked(problem).reason, "tuned by here.json");
    Result<catalog::Run> run = catalog::Run::Make(problem);
    ASSERT_TRUE(run.ok()) << run.message();
    EXPECT_EQ(run->variant(), other);
    EXPECT_TRUE(run->Verify().ok());
    UseTuning(std::nullopt);
    EXPECT_EQ(Picked(problem).name, before);
    EXPECT_EQ(catalog::Run::Make(problem)->variant(), before);
  }
}

TEST_F(TuningTest, ItHoldsForItsShapeAndThreadsAlone) {
  const Problem problem = *ParseShape(kShapes[0]), other = *ParseShape("gemm:u8s8u8:41x48x64");
  const std::string before = Picked(problem).name, of_other = Picked(other).name;
  Tune(problem.ToString(), Another(problem));
  EXPECT_EQ(Picked(other).name, of_other);
  KernelOptions two;
  two.threads = 2;
  EXPECT_EQ(Picked(problem, two).name, before);
}

TEST_F(TuningTest, WhatIsForcedOrCappedGoesBefore) {
  const Problem problem = *ParseShape(kShapes[0]);
  const std::string before = Picked(problem).name;
  if (Picked(problem).isa == Isa::kScalar) GTEST_SKIP() << "skip: only plain loops run here";
  KernelOptions forced;
  forced.variant = before;
  Tune(problem.ToString(), Another(problem));
  EXPECT_EQ(Picked(problem, forced).name, before);
  EXPECT_EQ(Picked(problem, forced).reason, "forced");
  KernelOptions capped;
  capped.usable = *IsaCap("scalar");
  Tune(problem.ToString(), before);
  EXPECT_EQ(Picked(problem, capped).isa, Isa::kScalar);
  EXPECT_TRUE(catalog::Run::Make(problem, capped).ok());
}

TEST_F(TuningTest, ATunedPickDoesNotExceedTheBudget) {
  const Problem problem = *ParseShape("conv:f32:1x28x28x64:64x3x3:s1:p1:g1");
  KernelOptions none;
  none.winograd_bytes = 0;
  std::string winograd;
  for (const VariantChoice& choice : Explain(problem)) {
    if (choice.available && choice.name.starts_with("winograd")) winograd = choice.name;
  }
  if (winograd.empty()) GTEST_SKIP() << "skip: no Winograd here";
  Tune(problem.ToString(), winograd);
  EXPECT_EQ(Picked(problem).name, winograd);
  EXPECT_FALSE(Picked(problem, none).name.starts_with("winograd"));
  EXPECT_FALSE(catalog::Run::Make(problem, none)->variant().starts_with("winograd"));
}

TEST_F(TuningTest, AScopeEndsWithTheTuningOfBefore) {
  const Problem problem = *ParseShape(kShapes[0]);
  const std::string before = Picked(problem).name, other = Another(problem);
  Tune(problem.ToString(), other);
  {
    const TuningScope none(std::nullopt);
    EXPECT_EQ(Picked(problem).name, before);
  }
  EXPECT_EQ(Picked(problem).name, other);
}

TEST_F(TuningTest, ALogHasWhatDispatchIsAskedForWhereNothingIsForced) {
  KernelOptions two, forced;
  two.threads = 2;
  const TuningLog log;
  std::set<TunedFor> expected;
  for (const char* shape : kShapes) {
    forced.variant = Picked(*ParseShape(shape)).name;
    expected.insert({ParseShape(shape)->ToString(), 1});
  }
  EXPECT_EQ(log.asked(), expected);
  ASSERT_TRUE(catalog::Run::Make(*ParseShape("gemm:f32:8x16x24"), two).ok());
  ASSERT_TRUE(catalog::Run::Make(*ParseShape(kShapes[4]), forced).ok());
  expected.insert({"gemm:f32:8x16x24", 2});
  EXPECT_EQ(log.asked(), expected);
}

TEST_F(TuningTest, AVariantThatIsUnknownIsNotFollowed) {
  const Problem problem = *ParseShape(kShapes[0]);
  const std::string before = Picked(problem).name;
  Tune(problem.ToString(), "nobody");
  EXPECT_EQ(Picked(problem).name, before);
  EXPECT_NE(Picked(problem).reason, "tuned by here.json");
}

}  // namespace
}  // namespace assay::catalog
