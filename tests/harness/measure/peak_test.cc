#include "harness/measure/peak.h"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "kernels/peak/variant.h"

namespace assay::measure {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

bool Runs(Isa isa) { return DetectedIsas().has(isa); }

TEST(PeakTest, EveryTierHasItsLoops) {
  int f32 = 0, int8 = 0;
  for (const peak::Variant* variant : peak::AllVariants()) {
    EXPECT_THAT(variant->name, EndsWith("_" + std::string(Name(variant->isa))));
    EXPECT_THAT(variant->name, StartsWith(variant->int8 ? "u8s8_" : "f32_"));
    // 12 chains of 256 bits at least; a multiply-add is two.
    EXPECT_GE(variant->ops_per_iteration, 12 * 8 * 2);
    ++(variant->int8 ? int8 : f32);
  }
  EXPECT_EQ(f32, 2);
  EXPECT_EQ(int8, 4);
}

TEST(PeakTest, IsMeasuredOnceForAProcess) {
  if (!Runs(Isa::kAvx2)) GTEST_SKIP() << "this CPU has no AVX2";
  const Result<Peak> first = MeasurePeak(ComputeType::kU8S8S32, DetectedIsas());
  const Result<Peak> again = MeasurePeak(ComputeType::kU8S8U8, DetectedIsas());
  ASSERT_TRUE(first.ok()) << first.message();
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_GT(first->ops_per_s, 0);
  EXPECT_EQ(first->ops_per_s, again->ops_per_s);
  EXPECT_EQ(first->variant, again->variant);
}

TEST(PeakTest, KeepsToTheSetAsked) {
  for (const peak::Variant* variant : peak::AllVariants()) {
    if (!Runs(variant->isa)) continue;
    const ComputeType type = variant->int8 ? ComputeType::kU8S8S32 : ComputeType::kF32;
    const Result<Peak> only = MeasurePeak(type, {variant->isa});
    ASSERT_TRUE(only.ok()) << only.message();
    EXPECT_EQ(only->variant, variant->name);
    const Result<Peak> all = MeasurePeak(type, DetectedIsas());
    ASSERT_TRUE(all.ok()) << all.message();
    EXPECT_GE(all->ops_per_s, only->ops_per_s);
  }
}

TEST(PeakTest, NoLoopIsAnError) {
  EXPECT_THAT(MeasurePeak(ComputeType::kF32, {Isa::kScalar}).message(),
              HasSubstr("no peak of f32 for the instruction sets 'scalar'"));
}

// Bound by throughput, not by latency: one 256-bit FMA per cycle at least (16 operations; most CPUs
// do two), where one chain alone would reach a quarter of that.
TEST(PeakTest, IsNotBoundByLatency) {
  if (!Runs(Isa::kAvx2)) GTEST_SKIP() << "this CPU has no AVX2";
  const Result<Peak> peak = MeasurePeak(ComputeType::kF32, {Isa::kAvx2});
  ASSERT_TRUE(peak.ok()) << peak.message();
  EXPECT_GT(peak->ops_per_s / MeasureClockHz(), 0.9 * 16);
}

}  // namespace
}  // namespace assay::measure
