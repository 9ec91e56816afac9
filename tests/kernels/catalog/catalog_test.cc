#include "kernels/catalog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace assay::catalog {
namespace {

Problem Parse(std::string_view text) {
  auto problem = ParseShape(text);
  EXPECT_TRUE(problem.ok()) << problem.message();
  return problem.ok() ? *problem : Problem{};
}

std::string ErrorOf(std::string_view text) {
  const auto problem = ParseShape(text);
  return problem.ok() ? "" : problem.message();
}

TEST(ParseShape, Gemm) {
  const Problem p = Parse("gemm:u8s8s32:49x512x4608");
  EXPECT_EQ(p.family, Family::kGemm);
  EXPECT_EQ(p.type, ComputeType::kU8S8S32);
  EXPECT_EQ(p.macs(), 49 * 512 * 4608);
  EXPECT_EQ(p.ToString(), "gemm:u8s8s32:49x512x4608");
}

TEST(ParseShape, Convolution) {
  const Problem p = Parse("conv:f32:2x224x200x3:64x7x5:s2:p3:g1");
  EXPECT_EQ(p.family, Family::kConv);
  EXPECT_EQ(p.spec.h, 224);
  EXPECT_EQ(p.spec.w, 200);
  EXPECT_EQ(p.spec.kw, 5);
  EXPECT_EQ(p.spec.oh(), 112);
  EXPECT_EQ(p.spec.pad_right, 3);
  EXPECT_EQ(p.ToString(), "conv:f32:2x224x200x3:64x7x5:s2:p3:g1");
}

TEST(ParseShape, ModifiersHaveDefaults) {
  EXPECT_EQ(Parse("conv:f32:1x8x8x4:8x3x3").ToString(), "conv:f32:1x8x8x4:8x3x3:s1:p0:g1");
  EXPECT_EQ(Parse("conv:f32:1x8x8x4:8x3x3:p1").ToString(), "conv:f32:1x8x8x4:8x3x3:s1:p1:g1");
  EXPECT_EQ(Parse("conv:f32:1x8x8x4:8x3x3:s2:g2").spec.groups, 2);
}

TEST(ParseShape, DepthwiseIsWhereGroupsAreAllChannels) {
  EXPECT_EQ(Parse("conv:u8s8u8:1x112x112x96:96x3x3:s1:p1:g96").family, Family::kDepthwise);
  EXPECT_EQ(Parse("conv:u8s8u8:1x112x112x96:192x3x3:s1:p1:g96").family, Family::kConv);
  EXPECT_EQ(Parse("conv:f32:1x8x8x1:1x3x3").family, Family::kConv);
}

TEST(ParseShape, RefusesWithASentence) {
  for (const char* text : {"",
                           "gemm",
                           "gemm:f32",
                           "gemm:f16:1x1x1",
                           "gemm:f32:1x1",
                           "gemm:f32:1x1x0",
                           "gemm:f32:1x1x-1",
                           "gemm:f32:1x1x1x1",
                           "gemm:f32:1x1x1:s1",
                           "gemm:f32:axbxc",
                           "gemm:f32:1x1x99999999999999999999",
                           "matmul:f32:1x1x1",
                           "conv:f32:1x8x8x4",
                           "conv:f32:1x8x8:8x3x3",
                           "conv:f32:1x8x8x4:8x3",
                           "conv:f32:1x8x8x4:8x3x3:p1:s1",
                           "conv:f32:1x8x8x4:8x3x3:s1:s1",
                           "conv:f32:1x8x8x4:8x3x3:q1",
                           "conv:f32:1x8x8x4:8x3x3:",
                           "conv:f32:1x8x8x4:8x3x3:s"}) {
    EXPECT_NE(ErrorOf(text).find("expected gemm:TYPES:MxNxK"), std::string::npos) << text;
  }
  EXPECT_NE(ErrorOf("conv:f32:1x2x2x4:8x3x3").find("larger than the padded image"),
            std::string::npos);
  EXPECT_NE(ErrorOf("conv:f32:1x8x8x4:8x3x3:s0").find("stride_h is 0"), std::string::npos);
  EXPECT_NE(ErrorOf("conv:f32:1x8x8x4:8x3x3:p-1").find("pad_top is -1"), std::string::npos);
  EXPECT_NE(ErrorOf("conv:f32:1x8x8x4:8x3x3:g3").find("3 groups"), std::string::npos);
  EXPECT_NE(ErrorOf("gemm:f32:100000x100000x1").find("more than 2^31"), std::string::npos);
  EXPECT_NE(ErrorOf("gemm:f32:2000000000x2000000000x2000000000").find("2^"), std::string::npos);
}

TEST(Explain, PicksOneAndGivesEveryReason) {
  for (const char* text : {"gemm:f32:64x64x64", "conv:u8s8u8:1x14x14x32:64x3x3:p1",
                           "conv:u8s8u8:1x14x14x32:32x3x3:p1:g32"}) {
    const auto choices = Explain(Parse(text));
    EXPECT_EQ(std::count_if(choices.begin(), choices.end(), [](auto& c) { return c.picked; }), 1)
        << text;
    for (const VariantChoice& choice : choices) EXPECT_FALSE(choice.reason.empty()) << choice.name;
  }
}

TEST(Run, EveryAvailableVariantVerifies) {
  for (const char* text :
       {"gemm:f32:70x100x129", "gemm:u8s8s32:70x100x129", "gemm:u8s8u8:70x100x129",
        "conv:f32:1x17x15x8:24x3x3:s2:p1", "conv:f32:1x17x15x40:24x3x3:p1",
        "conv:u8s8u8:1x17x15x8:24x3x3:s2:p1", "conv:f32:1x17x15x40:40x3x3:p1:g40",
        "conv:u8s8u8:1x17x15x40:40x3x3:p1:g40"}) {
    const Problem problem = Parse(text);
    std::optional<catalog::Run> exact;
    for (const VariantChoice& choice : Explain(problem)) {
      if (!choice.available) continue;
      KernelOptions options;
      options.variant = choice.name;
      auto run = Run::Make(problem, options);
      ASSERT_TRUE(run.ok()) << run.message();
      EXPECT_EQ(run->variant(), choice.name);
      const Status verified = run->Verify();
      EXPECT_TRUE(verified.ok()) << verified.message();
      EXPECT_GT(run->bytes_touched(), static_cast<int64_t>(run->packed_bytes()));
      if (exact) {
        const Status same = run->VerifyBy(*exact);
        EXPECT_TRUE(same.ok()) << same.message();
        // The last output alone differs.
        const_cast<uint8_t&>(exact->operands().dst.back()) ^= 0x40;
        EXPECT_NE(run->VerifyBy(*exact).message().find("differs from " + exact->variant()),
                  std::string::npos);
        const_cast<uint8_t&>(exact->operands().dst.back()) ^= 0x40;
      } else if (run->Tolerance() == 0) {
        exact = *std::move(run);
      }
    }
  }
}

TEST(Run, ShowsItsOperands) {
  auto run = Run::Make(Parse("gemm:u8s8s32:3x5x2"));
  ASSERT_TRUE(run.ok()) << run.message();
  ASSERT_TRUE(run->Verify().ok());
  const Operands operands = run->operands();
  ASSERT_EQ(operands.dst.size(), 3 * 5 * sizeof(int32_t));
  const auto* lhs = static_cast<const uint8_t*>(operands.src);
  const auto* rhs = static_cast<const int8_t*>(operands.weights.data);
  const auto* bias = static_cast<const int32_t*>(operands.weights.bias);
  const auto* dst = reinterpret_cast<const int32_t*>(operands.dst.data());
  EXPECT_EQ(dst[1], lhs[0] * rhs[2] + lhs[1] * rhs[3] + bias[1]);
}

TEST(Run, RefusesAnUnknownVariant) {
  KernelOptions options;
  options.variant = "f32_abacus";
  const auto run = Run::Make(Parse("gemm:f32:4x4x4"), options);
  ASSERT_FALSE(run.ok());
  EXPECT_NE(run.message().find("f32_abacus"), std::string::npos);
}

}  // namespace
}  // namespace assay::catalog
