#include "harness/measure/profile.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "harness/engine/tensors.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::measure {
namespace {

using engine::GraphBuilder;
using engine::RandomFloats;
using testing::HasSubstr;

// Layout, two convolutions, a pool and a product.
GraphBuilder SmallNet() {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {1, 16, 40, 40});
  builder.Init("v", {48, 16, 3, 3}, RandomFloats(6912, 1)).Op("Conv", {"x", "v"}, "a");
  builder.Init("w", {48, 48, 3, 3}, RandomFloats(20736, 2)).Op("Conv", {"a", "w"}, "b");
  builder.Op("GlobalAveragePool", {"b"}, "g").Op("Flatten", {"g"}, "f");
  builder.Init("m", {48, 10}, RandomFloats(480, 3)).Op("Gemm", {"f", "m"}, "y").Output("y");
  return builder;
}

class ProfileTest : public testing::Test {
 protected:
  ProfileTest()
      : session_(engine::BuildPlan(SmallNet().graph)),
        inputs_(engine::Noise(session_.plan().inputs(), 1)),
        outputs_(engine::Allocate(session_.plan().outputs())) {}

  Result<Profile> Take(const RunnerOptions& options) {
    return ProfileSteps(session_, engine::Views(inputs_), engine::Views(outputs_), options);
  }

  engine::Session session_;
  std::vector<Tensor> inputs_, outputs_;
};

// A clock that goes one second further whenever it is read: an interval is a second long.
TEST_F(ProfileTest, EveryStepIsTheTimeSinceTheOneBefore) {
  double now = 0;
  RunnerOptions options;
  options.clock.wall_s = [&now] { return now += 1; };
  const auto profile = Take(options);
  ASSERT_TRUE(profile.ok()) << profile.message();
  ASSERT_EQ(profile->steps.size(), session_.plan().steps().size());
  for (size_t i = 0; i < profile->steps.size(); ++i) {
    EXPECT_DOUBLE_EQ(profile->steps[i].seconds, 1) << i;
    EXPECT_EQ(profile->steps[i].info.op, session_.plan().steps()[i].op);
  }
  EXPECT_EQ(profile->whole_s, 1);
  EXPECT_DOUBLE_EQ(profile->sum_s(), static_cast<double>(profile->steps.size()));
  EXPECT_DOUBLE_EQ(profile->Difference(), static_cast<double>(profile->steps.size()) - 1);
  EXPECT_GE(profile->rounds, 9);
}

// The machine has other work: of several measurements one has to be undisturbed.
TEST_F(ProfileTest, StepsSumToTheWhole) {
  RunnerOptions options;
  options.budget_s = 0.5;
  double least = 1;
  for (int attempt = 0; attempt < 10 && least > 0.03; ++attempt) {
    const auto profile = Take(options);
    ASSERT_TRUE(profile.ok()) << profile.message();
    least = std::min(least, std::fabs(profile->Difference()));
  }
  EXPECT_LE(least, 0.03);
}

TEST_F(ProfileTest, SpeedsAreOfTheMultiplyAdds) {
  RunnerOptions options;
  options.budget_s = 0.1;
  const auto profile = Take(options);
  ASSERT_TRUE(profile.ok()) << profile.message();
  int products = 0;
  for (const ProfiledStep& step : profile->steps) {
    EXPECT_EQ(step.OpsPerSecond().has_value(), step.info.macs > 0) << step.info.op;
    if (step.info.macs == 0) continue;
    ++products;
    EXPECT_DOUBLE_EQ(*step.OpsPerSecond(),
                     2.0 * static_cast<double>(step.info.macs) / step.seconds);
    if (!step.peak_ops_per_s) continue;  // ASSAY_ISA=scalar.
    EXPECT_DOUBLE_EQ(*step.FractionOfPeak() * *step.peak_ops_per_s, *step.OpsPerSecond());
  }
  EXPECT_EQ(products, 3);
}

TEST_F(ProfileTest, ErrorsOfTheRunAreHandedOn) {
  outputs_.clear();
  EXPECT_THAT(Take({}).message(), HasSubstr("0 outputs are given"));
}

TEST_F(ProfileTest, AnEarlyInterruptionLeavesNothing) {
  RunnerOptions options;
  options.stop = [] { return true; };
  EXPECT_EQ(Take(options).message(), "interrupted");
}

TEST(Totals, AreByOperatorAndTheLargestFirst) {
  Profile profile;
  const auto add = [&](std::string op, double seconds, int64_t macs, std::optional<double> peak) {
    engine::StepInfo info;
    info.op = std::move(op);
    info.macs = macs;
    info.bytes = 10;
    profile.steps.push_back({info, seconds, peak});
  };
  add("Layout", 1, 0, std::nullopt);
  add("Conv", 2, 50, 100);
  add("Gemm", 4, 50, 100);
  add("Conv", 3, 100, 100);
  const std::vector<OperatorTotal> totals = TotalsByOperator(profile);
  ASSERT_EQ(totals.size(), 3u);
  EXPECT_EQ(totals[0].op, "Conv");
  EXPECT_EQ(totals[0].steps, 2);
  EXPECT_EQ(totals[0].seconds, 5);
  EXPECT_EQ(totals[0].macs, 150);
  EXPECT_EQ(totals[0].bytes, 20);
  EXPECT_DOUBLE_EQ(totals[0].peak_s, 3);  // 300 operations at 100 per second.
  EXPECT_EQ(totals[1].op, "Gemm");
  EXPECT_EQ(totals[2].peak_s, 0);
  EXPECT_EQ(profile.sum_s(), 10);
}

}  // namespace
}  // namespace assay::measure
