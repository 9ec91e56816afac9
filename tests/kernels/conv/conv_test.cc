#include "kernels/conv/conv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/base/buffer.h"
#include "kernels/conv/direct.h"
#include "kernels/conv/reference.h"
#include "kernels/conv/word_conv.h"
#include "kernels/gemm/dispatch.h"
#include "kernels/gemm/variant.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::conv {
namespace {

constexpr ComputeType kTypes[] = {ComputeType::kF32, ComputeType::kU8S8S32, ComputeType::kU8S8U8};

std::string Text(const ConvSpec& s) {
  std::string text;
  for (int64_t v : {s.n, s.h, s.w, s.c, s.oc, s.kh, s.kw, s.stride_h, s.stride_w, s.dilation_h,
                    s.dilation_w, s.pad_top, s.pad_left, s.pad_bottom, s.pad_right, s.groups}) {
    text += std::to_string(v) + " ";
  }
  return text;
}

// Runs one convolution by one variant and compares it with the plain loops. The source, residual
// and destination end at a page that may not be touched.
void Check(const ConvSpec& s, ComputeType type, const std::string& variant, int32_t zero_point,
           bool residual_given, int threads = 1) {
  SCOPED_TRACE(variant + " " + std::string(Name(type)) + " " + Text(s));
  std::mt19937 random(3);
  const int64_t out = s.n * s.oh() * s.ow();
  const auto extent = [](int64_t pixels, int64_t stride, int64_t channels) {
    return static_cast<size_t>((pixels - 1) * stride + channels);
  };
  const size_t src_count = extent(s.n * s.h * s.w, s.src_pixel(), s.c);
  const size_t dst_bytes = extent(out, s.dst_pixel(), s.oc) * DstBytes(type);
  const size_t residual_count = extent(out, s.residual_pixel(), s.oc);
  const int64_t k = s.c / s.groups * s.kh * s.kw;
  Guarded src(src_count * SrcBytes(type), Guarded::Against::kBack);
  Guarded residual(residual_count * DstBytes(type), Guarded::Against::kBack);
  Guarded dst(dst_bytes, Guarded::Against::kBack);
  std::vector<uint8_t> want(dst_bytes, Guarded::kCanary);
  if (type == ComputeType::kF32) {
    Fill(src.as<float>(), src_count, Values::kFullRange, random);
    Fill(residual.as<float>(), residual_count, Values::kFullRange, random);
  } else {
    Fill(src.as<uint8_t>(), src_count, Values::kFullRange, random);
    Fill(residual.as<uint8_t>(), residual.size(), Values::kFullRange, random);
  }
  const auto oc = static_cast<size_t>(s.oc);
  const TestWeights weights(type, oc * static_cast<size_t>(k), oc, true, Values::kFullRange,
                            random);
  OutputStage stage = TestStage(k, oc, zero_point, random);
  stage.zero_point = 120;
  stage.residual = residual_given;
  stage.residual_zero_point = 11;
  stage.sum_zero_point = 99;
  stage.acc_ratio = 0.8f;
  stage.residual_ratio = 0.4f;

  KernelOptions options;
  options.usable = DetectedIsas();
  options.variant = variant;
  options.threads = threads;
  auto conv = Conv::Make(s, type, weights.view, stage, options);
  ASSERT_TRUE(conv.ok()) << conv.message();
  ThreadPool pool(threads);
  Buffer workspace(conv->workspace_bytes(threads));
  const void* addend = residual_given ? residual.data() : nullptr;
  conv->Run(src.data(), dst.data(), addend, workspace.data(), pool);
  EXPECT_TRUE(dst.intact());
  ReferenceConv(s, type, src.data(), weights.view, stage, addend, want.data());
  if (type != ComputeType::kF32) {
    ASSERT_TRUE(std::equal(want.begin(), want.end(), dst.data()));
    return;
  }
  const float* expected = reinterpret_cast<const float*>(want.data());
  // |operands| <= 1: sum |a b| <= k.
  const double bound =
      static_cast<double>(k + 4) * std::ldexp(1.0, -24) * static_cast<double>(k + 2);
  for (size_t i = 0; i < dst_bytes / 4; ++i) {
    if (static_cast<int64_t>(i) % s.dst_pixel() >= s.oc) {  // Another's channels.
      ASSERT_EQ(std::memcmp(dst.as<float>() + i, expected + i, 4), 0);
    } else {
      ASSERT_NEAR(dst.as<float>()[i], expected[i], bound) << "at " << i;
    }
  }
}

// Kernel rows whose bytes left over are joined.
std::vector<ConvSpec> WordSpecs() {
  return {
      {.n = 2,
       .h = 31,
       .w = 27,
       .c = 3,
       .oc = 65,
       .kh = 3,
       .kw = 3,
       .stride_h = 2,
       .stride_w = 2,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 2,
       .pad_right = 1,
       .dst_stride = 70,
       .residual_stride = 66},
      {.h = 30,
       .w = 33,
       .c = 3,
       .oc = 64,
       .kh = 7,
       .kw = 7,
       .stride_h = 2,
       .stride_w = 2,
       .pad_top = 3,
       .pad_left = 3,
       .pad_bottom = 3,
       .pad_right = 2},
      // More joined words than image lines from one output line to the next.
      {.h = 20, .w = 25, .c = 5, .oc = 300, .kh = 5, .kw = 3, .stride_h = 1, .stride_w = 3},
      {.h = 19, .w = 24, .c = 1, .oc = 130, .kh = 5, .kw = 5, .stride_h = 3, .stride_w = 4},
  };
}

TEST(Conv, JoinsTheBytesLeftOverOfKernelRows) {
  for (const ConvSpec& spec : WordSpecs()) {
    EXPECT_TRUE(WordConv::Pays(spec, ComputeType::kU8S8U8)) << Text(spec);
    EXPECT_FALSE(WordConv::Pays(spec, ComputeType::kF32)) << Text(spec);
  }
}

std::vector<ConvSpec> Specs() {
  return {
      {.h = 5, .w = 7, .c = 8, .oc = 16},
      {.n = 2, .h = 5, .w = 7, .c = 9, .oc = 33, .stride_h = 2, .stride_w = 2},
      {.h = 9,
       .w = 8,
       .c = 5,
       .oc = 7,
       .kh = 3,
       .kw = 3,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 1,
       .pad_right = 1},
      {.n = 2,
       .h = 9,
       .w = 8,
       .c = 12,
       .oc = 65,
       .kh = 3,
       .kw = 3,
       .stride_h = 2,
       .stride_w = 2,
       .pad_bottom = 1,
       .pad_right = 1},
      {.h = 13,
       .w = 11,
       .c = 4,
       .oc = 19,
       .kh = 3,
       .kw = 2,
       .dilation_h = 2,
       .dilation_w = 3,
       .pad_top = 2,
       .pad_left = 1,
       .pad_right = 3},
      {.h = 6,
       .w = 6,
       .c = 12,
       .oc = 18,
       .kh = 3,
       .kw = 3,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 1,
       .pad_right = 1,
       .groups = 3},
      {.h = 17,
       .w = 19,
       .c = 3,
       .oc = 24,
       .kh = 7,
       .kw = 7,
       .stride_h = 2,
       .stride_w = 2,
       .pad_top = 3,
       .pad_left = 3,
       .pad_bottom = 3,
       .pad_right = 3},
      {.h = 20,
       .w = 21,
       .c = 1,
       .oc = 8,
       .kh = 5,
       .kw = 5,
       .pad_top = 2,
       .pad_left = 2,
       .pad_bottom = 2,
       .pad_right = 2},
      {.h = 4,
       .w = 5,
       .c = 6,
       .oc = 6,
       .kh = 3,
       .kw = 3,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 1,
       .pad_right = 1,
       .groups = 6},
      // The kernel reaches past the image on every side: whole taps are padding.
      {.h = 2,
       .w = 2,
       .c = 8,
       .oc = 20,
       .kh = 5,
       .kw = 5,
       .pad_top = 4,
       .pad_left = 4,
       .pad_bottom = 4,
       .pad_right = 4},
      // Slices of wider images.
      {.h = 6,
       .w = 5,
       .c = 7,
       .oc = 13,
       .kh = 3,
       .kw = 3,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 1,
       .pad_right = 1,
       .src_stride = 12,
       .dst_stride = 40,
       .residual_stride = 15},
      {.h = 6, .w = 5, .c = 7, .oc = 13, .src_stride = 9, .dst_stride = 17, .residual_stride = 14},
      // Columns at the edges that are bands of their own.
      {.n = 2,
       .h = 7,
       .w = 7,
       .c = 40,
       .oc = 36,
       .kh = 3,
       .kw = 3,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 1,
       .pad_right = 1},
      {.h = 5,
       .w = 8,
       .c = 84,
       .oc = 10,
       .kh = 5,
       .kw = 5,
       .pad_top = 2,
       .pad_left = 2,
       .pad_bottom = 2,
       .pad_right = 2,
       .groups = 2,
       .src_stride = 90,
       .dst_stride = 13,
       .residual_stride = 11},
      {.n = 3,
       .h = 9,
       .w = 10,
       .c = 37,
       .oc = 17,
       .kh = 3,
       .kw = 3,
       .stride_h = 2,
       .stride_w = 2,
       .pad_top = 1,
       .pad_left = 1,
       .pad_bottom = 1,
       .pad_right = 1},
      // Odd strides and a kernel of one row, first-layer style.
      {.h = 8,
       .w = 30,
       .c = 3,
       .oc = 16,
       .kh = 1,
       .kw = 9,
       .stride_h = 3,
       .stride_w = 4,
       .pad_left = 5,
       .pad_right = 2},
  };
}

class EveryVariant : public testing::TestWithParam<const gemm::Variant*> {};

TEST_P(EveryVariant, AgreesWithTheReference) {
  const gemm::Variant& variant = *GetParam();
  if (!DetectedIsas().has(variant.isa)) GTEST_SKIP() << "this CPU lacks " << Name(variant.isa);
  for (ComputeType type : kTypes) {
    if (gemm::KernelFor(variant, type) == nullptr) continue;
    std::vector<ConvSpec> specs = Specs();
    if (type != ComputeType::kF32) {
      for (const ConvSpec& spec : WordSpecs()) specs.push_back(spec);
    }
    for (const ConvSpec& spec : specs) {
      for (int32_t zero_point : {0, 113, 255}) {
        Check(spec, type, variant.name, zero_point, type != ComputeType::kU8S8S32);
        Check(spec, type, variant.name, zero_point, false);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(EveryVariant, TwoThreadsAgreeWithTheReference) {
  const gemm::Variant& variant = *GetParam();
  if (!DetectedIsas().has(variant.isa)) GTEST_SKIP() << "this CPU lacks " << Name(variant.isa);
  const ConvSpec spec{.h = 28,
                      .w = 28,
                      .c = 32,
                      .oc = 64,
                      .kh = 3,
                      .kw = 3,
                      .pad_top = 1,
                      .pad_left = 1,
                      .pad_bottom = 1,
                      .pad_right = 1};
  const ConvSpec first_layer{.h = 96,
                             .w = 96,
                             .c = 3,
                             .oc = 64,
                             .kh = 3,
                             .kw = 3,
                             .stride_h = 2,
                             .stride_w = 2,
                             .pad_bottom = 1,
                             .pad_right = 1};
  ConvSpec grouped = spec;
  grouped.groups = 2;
  for (ComputeType type : kTypes) {
    if (gemm::KernelFor(variant, type) == nullptr) continue;
    Check(spec, type, variant.name, 5, false, 2);
    Check(grouped, type, variant.name, 5, false, 2);
    Check(first_layer, type, variant.name, 5, false, 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryVariant, testing::ValuesIn(gemm::AllVariants()),
                         [](const auto& info) { return std::string(info.param->name); });

// The tests above would pass without them.
TEST(Conv, EdgeColumnsAreBandsWherePaddingIsZero) {
  const ConvSpec spec{.h = 7,
                      .w = 7,
                      .c = 256,
                      .oc = 64,
                      .kh = 3,
                      .kw = 3,
                      .pad_top = 1,
                      .pad_left = 1,
                      .pad_bottom = 1,
                      .pad_right = 1};
  const std::vector<int8_t> weights(256 * 64 * 9);
  for (int32_t zero_point : {0, 3}) {
    OutputStage stage;
    stage.scale = {1.0f};
    stage.src_zero_point = zero_point;
    const auto direct =
        Direct::Make(spec, ComputeType::kU8S8U8, {.data = weights.data()}, stage, {});
    ASSERT_TRUE(direct.ok()) << direct.message();
    EXPECT_EQ(direct->bands(), zero_point == 0 ? 3u : 1u);
  }
}

std::string ErrorOf(const ConvSpec& spec, const OutputStage& stage = {},
                    const KernelOptions& options = {}) {
  const std::vector<int8_t> weights(4096);
  const auto conv =
      Conv::Make(spec, ComputeType::kU8S8U8, {.data = weights.data()}, stage, options);
  return conv.ok() ? "" : conv.message();
}

TEST(Conv, RefusesWithASentence) {
  OutputStage stage;
  stage.scale = {1.0f};
  EXPECT_EQ(ErrorOf({.h = 4, .w = 4, .c = 4, .oc = 4}, stage), "");
  EXPECT_NE(ErrorOf({.h = 4, .w = 4, .c = 0}, stage).find("c is 0"), std::string::npos);
  EXPECT_NE(ErrorOf({.h = 4, .w = 4, .c = 4, .oc = 4, .groups = 3}, stage).find("3 groups"),
            std::string::npos);
  EXPECT_NE(ErrorOf({.h = 2, .w = 2, .kh = 3}, stage).find("larger than the padded image"),
            std::string::npos);
  EXPECT_NE(ErrorOf({.c = 4, .src_stride = 3}, stage).find("src_pixel is 3"), std::string::npos);
  EXPECT_NE(ErrorOf({.h = int64_t{1} << 30, .w = int64_t{1} << 30}, stage).find("2^40"),
            std::string::npos);
  EXPECT_NE(ErrorOf({}, OutputStage{}).find("0 scales"), std::string::npos);
  stage.scale = {std::numeric_limits<float>::infinity()};
  EXPECT_NE(ErrorOf({}, stage).find("must be finite"), std::string::npos);
  stage.scale = {1.0f};
  stage.zero_point = 256;
  EXPECT_NE(ErrorOf({}, stage).find("zero_point is 256"), std::string::npos);
  stage.zero_point = 0;
  KernelOptions options;
  options.variant = "u8s8_avx1024";
  EXPECT_NE(ErrorOf({}, stage, options).find("is unknown; known are: f32_"), std::string::npos);
  options.variant = "f32_scalar_4x4";
  EXPECT_NE(ErrorOf({}, stage, options).find("does not do u8s8u8"), std::string::npos);
  options.variant = "";
  options.usable = {};
  EXPECT_NE(ErrorOf({}, stage, options).find("no kernel variant"), std::string::npos);
}

TEST(Conv, CapTakesEffect) {
  for (Isa isa : kAllIsas) {
    if (!DetectedIsas().has(isa)) continue;
    KernelOptions options;
    options.usable = DetectedIsas() & *IsaCap(Name(isa));
    const ConvSpec spec{.h = 14, .w = 14, .c = 64, .oc = 64};
    for (const VariantChoice& choice : Explain(spec, ComputeType::kU8S8U8, options)) {
      if (choice.picked) {  // Which of the vector tiers depends on how wide the CPU's units are.
        EXPECT_EQ(choice.isa == Isa::kScalar, isa == Isa::kScalar) << choice.name;
      }
      EXPECT_TRUE(!choice.available || options.usable.has(choice.isa));
    }
  }
}

}  // namespace
}  // namespace assay::conv
