// Winograd of bytes, which gives the bits of the plain loops, whatever the operands.
#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/conv/conv.h"
#include "kernels/conv/reference.h"
#include "kernels/winograd/exact_weights.h"
#include "kernels/winograd/winograd.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"
#include "tests/kernels/winograd/specs.h"

namespace assay::winograd {
namespace {

struct Case {
  ConvSpec spec;
  int32_t src_zero_point = 131;
  Values values = Values::kFullRange;
  bool residual = false, bias = true, clamps = false, one_scale = false;
  Guarded::Against side = Guarded::Against::kBack;
};

// A convolution with operands of its own, by any variant. All operands touch a page that may not
// be.
class Sample {
 public:
  explicit Sample(const Case& of)
      : case_(of),
        src_(Extent(of.spec.n * of.spec.h * of.spec.w, of.spec.src_pixel(), of.spec.c), of.side),
        residual_(Extent(pixels(), of.spec.residual_pixel(), of.spec.oc), of.side),
        weights_(ComputeType::kU8S8U8, static_cast<size_t>(of.spec.oc * of.spec.c * 9),
                 static_cast<size_t>(of.spec.oc), of.bias, of.values, random_) {
    Fill(src_.as<uint8_t>(), src_.size(), of.values, random_);
    Fill(residual_.as<uint8_t>(), residual_.size(), Values::kFullRange, random_);
    const size_t scales = of.one_scale ? 1 : static_cast<size_t>(of.spec.oc);
    stage_ = TestStage(9 * of.spec.c, scales, of.src_zero_point, random_);
    stage_.zero_point = of.src_zero_point == 0 ? 0 : 120;
    stage_.residual = of.residual;
    stage_.acc_ratio = 0.8f;
    stage_.residual_ratio = 0.4f;
    stage_.residual_zero_point = 11;
    stage_.sum_zero_point = 99;
    if (of.clamps) {
      stage_.q_lo = 17;
      stage_.q_hi = 230;
      stage_.sum_lo = 40;
      stage_.sum_hi = 251;
    }
  }

  OutputStage& stage() { return stage_; }
  std::vector<int8_t>& weights() { return weights_.s8; }

  void Check(const std::string& variant, int threads = 1) {
    SCOPED_TRACE(variant + " " + Text(case_.spec));
    KernelOptions options;
    options.usable = DetectedIsas();
    options.variant = variant;
    options.threads = threads;
    auto conv = conv::Conv::Make(case_.spec, ComputeType::kU8S8U8, weights_.view, stage_, options);
    ASSERT_TRUE(conv.ok()) << conv.message();
    EXPECT_EQ(conv->variant(), variant);
    EXPECT_EQ(conv->error_bound(), 0);
    ThreadPool pool(threads);
    Guarded workspace(conv->workspace_bytes(threads), Guarded::Against::kBack);
    Guarded dst(dst_bytes(), case_.side);
    const void* residual = case_.residual ? residual_.data() : nullptr;
    conv->Run(src_.data(), dst.data(), residual, workspace.data(), pool);
    EXPECT_TRUE(dst.intact());
    EXPECT_TRUE(workspace.intact());
    std::vector<uint8_t> want(dst_bytes(), Guarded::kCanary);
    conv::ReferenceConv(case_.spec, ComputeType::kU8S8U8, src_.data(), weights_.view, stage_,
                        residual, want.data());
    ASSERT_TRUE(std::equal(want.begin(), want.end(), dst.data()));
  }

 private:
  int64_t pixels() const { return case_.spec.n * case_.spec.oh() * case_.spec.ow(); }
  size_t dst_bytes() const { return Extent(pixels(), case_.spec.dst_pixel(), case_.spec.oc); }

  Case case_;
  std::mt19937 random_{5};
  Guarded src_, residual_;
  TestWeights weights_;
  OutputStage stage_;
};

class EveryExact : public testing::TestWithParam<Algorithm> {
 protected:
  void SetUp() override {
    const Isa isa = GetParam().variant->isa;
    if (!DetectedIsas().has(isa)) GTEST_SKIP() << "this CPU lacks " << Name(isa);
  }
  std::string name() const { return GetParam().name(); }
};

TEST_P(EveryExact, TileEdges) {
  for (int64_t h = 1; h <= 10; ++h) {
    for (int64_t w = 1; w <= 10; ++w) {
      Sample({.spec = Spec(h, w, 3, 5), .residual = h % 2 == 0, .clamps = w % 2 == 0})
          .Check(name());
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryExact, ChannelEdges) {
  for (int64_t c : {1, 2, 3, 15, 16, 17, 31, 32, 33, 64, 65}) {
    for (int64_t oc : {1, 3, 7, 8, 9, 15, 16, 17, 33, 64, 65}) {
      Sample({.spec = Spec(5, 6, c, oc)}).Check(name());
      Sample({.spec = Spec(8, 7, c, oc), .residual = true, .side = Guarded::Against::kFront})
          .Check(name());
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryExact, Padding) {
  for (const ConvSpec& spec : PaddedSpecs()) Sample({.spec = spec}).Check(name());
}

TEST_P(EveryExact, BatchStridesResidualZeroPointsAndClamp) {
  ConvSpec spec = Spec(10, 7, 19, 37);
  spec.n = 2;
  spec.src_stride = 23;
  spec.dst_stride = 50;
  spec.residual_stride = 41;
  for (int32_t zero_point : {0, 1, 128, 255}) {
    for (bool residual : {false, true}) {
      for (bool clamps : {false, true}) {
        Sample({.spec = spec,
                .src_zero_point = zero_point,
                .residual = residual,
                .bias = !clamps,
                .clamps = clamps,
                .one_scale = residual})
            .Check(name());
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(EveryExact, SeveralBlocksAndThreads) {
  Sample({.spec = Spec(45, 43, 48, 80)}).Check(name());
  for (const ConvSpec& spec :
       {Spec(40, 40, 32, 48), Spec(14, 14, 96, 100), Spec(7, 7, 100, 128), Spec(5, 5, 2, 2)}) {
    Sample({.spec = spec, .residual = true}).Check(name(), 2);
  }
}

// The most that s16 words and s32 sums have to hold: 114 channels of any weights.
TEST_P(EveryExact, ExtremeOperands) {
  for (Values values : {Values::kExtremes, Values::kHighest}) {
    for (int32_t zero_point : {0, 255}) {
      Sample sample({.spec = Spec(9, 8, 114, 17), .src_zero_point = zero_point, .values = values});
      sample.Check(name());
      if (values == Values::kHighest) std::ranges::fill(sample.weights(), int8_t{-128});
      sample.Check(name());
      for (float& scale : sample.stage().scale) scale *= 1e6f;  // Beyond what int32 holds.
      sample.Check(name());
    }
  }
}

// Where 64 times a sum is the last that int32 holds.
TEST_P(EveryExact, TheGreatestSums) {
  ConvSpec spec = Spec(6, 6, 115, 2);
  Sample sample({.spec = spec, .src_zero_point = 0, .values = Values::kHighest});
  std::vector<int8_t>& weights = sample.weights();  // Of 115 x 9 x 127 = 131,445; 131,586 fit.
  std::fill(weights.begin() + 115 * 9, weights.end(), int8_t{-127});
  weights[115 * 9] = -128;
  ASSERT_TRUE(SumsFit(weights.data(), 2, 115));
  sample.Check(name());
}

TEST_P(EveryExact, RefusesWhatItCannotDo) {
  KernelOptions options;
  options.usable = DetectedIsas();
  const ConvSpec good = Spec(8, 8, 4, 4);
  EXPECT_EQ(Refusal(good, ComputeType::kU8S8U8, GetParam(), options), "");
  EXPECT_EQ(Refusal(good, ComputeType::kU8S8S32, GetParam(), options), "does not do u8s8s32");
  EXPECT_EQ(Refusal(good, ComputeType::kF32, GetParam(), options), "does not do f32");
  ConvSpec bad = good;
  bad.stride_h = 2;
  EXPECT_EQ(Refusal(bad, ComputeType::kU8S8U8, GetParam(), options),
            "needs 3x3, stride 1, dilation 1");
}

std::vector<Algorithm> OfBytes() {
  std::vector<Algorithm> algorithms = Algorithms();
  std::erase_if(algorithms, [](const auto& a) { return a.variant->type != ComputeType::kU8S8U8; });
  return algorithms;
}

INSTANTIATE_TEST_SUITE_P(Algorithms, EveryExact, testing::ValuesIn(OfBytes()),
                         [](const auto& info) { return info.param.name(); });

TEST(SumsFit, UpToInt32) {
  std::vector<int8_t> weights(9 * 117, 127);
  EXPECT_TRUE(SumsFit(weights.data(), 1, 115));
  EXPECT_FALSE(SumsFit(weights.data(), 1, 116));  // 255 x 132,588 x 64 > 2^31.
  std::ranges::fill(weights, int8_t{-128});
  EXPECT_TRUE(SumsFit(weights.data(), 1, 114));
  EXPECT_FALSE(SumsFit(weights.data(), 1, 115));
  // Both signs: a source may be 0 where either is.
  for (size_t i = 0; i < weights.size(); i += 2) weights[i] = 127;
  EXPECT_TRUE(SumsFit(weights.data(), 1, 117));
}

// 2^25 - 1 = 255 x 131,586 + 1.
TEST(SumsFit, ToTheUnit) {
  std::vector<int8_t> weights(9 * 200, 0);
  std::fill_n(weights.begin(), 1036, int8_t{127});
  weights[1036] = 14;  // 131,586
  EXPECT_TRUE(SumsFit(weights.data(), 1, 200));
  weights[1036] = 15;
  EXPECT_FALSE(SumsFit(weights.data(), 1, 200));
  weights[1036] = 14;
  weights[1037] = -128;
  EXPECT_TRUE(SumsFit(weights.data(), 1, 200));
  EXPECT_FALSE(SumsFit(std::vector<int8_t>(2 * 9 * 120, 127).data(), 2, 120));
}

// What conv::Conv makes of weights that do not fit.
TEST(Fits, OtherwiseTheConvolutionIsDirect) {
  const ConvSpec spec = Spec(28, 28, 128, 128);
  std::vector<int8_t> weights(static_cast<size_t>(spec.oc * spec.c * 9), 20);
  OutputStage stage;
  stage.scale = {0.001f};
  KernelOptions options;
  options.usable = {Isa::kScalar};
  const auto made = [&] {
    return conv::Conv::Make(spec, ComputeType::kU8S8U8, {.data = weights.data()}, stage, options);
  };
  EXPECT_EQ(made()->variant(), "winograd4_u8s8_scalar");
  options.winograd_bytes = 0;
  EXPECT_EQ(made()->variant(), "u8s8_scalar_4x4");
  options.winograd_bytes = KernelOptions().winograd_bytes;
  std::fill_n(weights.end() - 128 * 9, 128 * 9, int8_t{127});  // Of the last output channel.
  EXPECT_EQ(made()->variant(), "u8s8_scalar_4x4");
  options.variant = "winograd4_u8s8_scalar";
  EXPECT_EQ(
      made().message(),
      "kernel variant 'winograd4_u8s8_scalar' cannot be used: it needs weights whose sums stay "
      "within int32");
}

}  // namespace
}  // namespace assay::winograd
