#include "kernels/winograd/winograd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/base/buffer.h"
#include "kernels/conv/conv.h"
#include "kernels/conv/reference.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"
#include "tests/kernels/winograd/specs.h"

namespace assay::winograd {
namespace {

struct Case {
  ConvSpec spec;
  Guarded::Against side = Guarded::Against::kBack;
  bool positive = false;  // Operands in [0, 1] rather than [-1, 1].
  bool residual = false;
  bool bias = true;
  float lo = -std::numeric_limits<float>::infinity();
  float hi = std::numeric_limits<float>::infinity();
};

// A convolution with operands of its own, by any variant. All operands touch a page that may not
// be.
class Sample {
 public:
  explicit Sample(const Case& of)
      : case_(of),
        src_(Floats(of.spec.n * of.spec.h * of.spec.w, of.spec.src_pixel(), of.spec.c), of.side),
        residual_(Floats(pixels(), of.spec.residual_pixel(), of.spec.oc), of.side) {
    std::mt19937 random(5);
    weights_.resize(static_cast<size_t>(of.spec.oc * of.spec.c * 9));
    bias_.resize(static_cast<size_t>(of.spec.oc));
    Fill(src_.as<float>(), src_.size() / 4, Values::kFullRange, random);
    Fill(residual_.as<float>(), residual_.size() / 4, Values::kFullRange, random);
    Fill(weights_.data(), weights_.size(), Values::kFullRange, random);
    Fill(bias_.data(), bias_.size(), Values::kFullRange, random);
    if (of.positive) {
      for (size_t i = 0; i < src_.size() / 4; ++i)
        src_.as<float>()[i] = std::abs(src_.as<float>()[i]);
      for (float& w : weights_) w = std::abs(w);
    }
    stage_.residual = of.residual;
    stage_.lo = of.lo;
    stage_.hi = of.hi;
    Guarded want(dst_bytes(), of.side);
    conv::ReferenceConv(of.spec, ComputeType::kF32, src_.data(), view(), stage_, residual(),
                        want.data());
    want_.assign(want.as<float>(), want.as<float>() + dst_bytes() / 4);
  }

  // The destination, channels between the pixels included, which no run may touch.
  std::vector<float> Run(const std::string& variant, int threads = 1) {
    KernelOptions options;
    options.usable = DetectedIsas();
    options.variant = variant;
    options.threads = threads;
    auto conv = conv::Conv::Make(case_.spec, ComputeType::kF32, view(), stage_, options);
    EXPECT_TRUE(conv.ok()) << conv.message();
    if (!conv.ok()) return {};
    EXPECT_EQ(conv->variant(), variant);
    ThreadPool pool(threads);
    Guarded workspace(conv->workspace_bytes(threads), Guarded::Against::kBack);
    Guarded dst(dst_bytes(), case_.side);
    conv->Run(src_.data(), dst.data(), residual(), workspace.data(), pool);
    EXPECT_TRUE(dst.intact());
    EXPECT_TRUE(workspace.intact());
    return {dst.as<float>(), dst.as<float>() + dst_bytes() / 4};
  }

  void Check(const std::string& variant) {
    SCOPED_TRACE(variant + " " + Text(case_.spec));
    const std::vector<float> got = Run(variant);
    ASSERT_EQ(got.size(), want_.size());
    // |operands| <= 1; two roundings behind the sum.
    const double bound = ErrorBound(case_.spec.c) * 9.0 * static_cast<double>(case_.spec.c) + 1e-6;
    for (size_t i = 0; i < got.size(); ++i) {
      if (static_cast<int64_t>(i) % case_.spec.dst_pixel() >= case_.spec.oc) {
        ASSERT_EQ(std::memcmp(&got[i], &want_[i], 4), 0) << "another's channel at " << i;
      } else {
        ASSERT_NEAR(got[i], want_[i], bound) << "at " << i;
      }
    }
  }

  // The largest error, each over the sum of |src| |weight| of its output. Dense, no residual, no
  // bias.
  double WorstError(const std::string& variant) {
    const std::vector<float> got = Run(variant);
    Buffer magnitudes(dst_bytes());
    std::vector<float> src(src_.as<float>(), src_.as<float>() + src_.size() / 4);
    std::vector<float> weights = weights_;
    for (auto* values : {&src, &weights}) {
      for (float& value : *values) value = std::abs(value);
    }
    conv::ReferenceConv(case_.spec, ComputeType::kF32, src.data(), {.data = weights.data()}, stage_,
                        nullptr, magnitudes.data());
    double worst = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      worst = std::max(worst, std::abs(double{got[i]} - want_[i]) / magnitudes.as<float>()[i]);
    }
    return worst;
  }

 private:
  static size_t Floats(int64_t pixels, int64_t stride, int64_t channels) {
    return Extent(pixels, stride, channels) * 4;
  }
  int64_t pixels() const { return case_.spec.n * case_.spec.oh() * case_.spec.ow(); }
  size_t dst_bytes() const { return Floats(pixels(), case_.spec.dst_pixel(), case_.spec.oc); }
  const void* residual() const { return case_.residual ? residual_.data() : nullptr; }
  Weights view() const { return {weights_.data(), case_.bias ? bias_.data() : nullptr}; }

  Case case_;
  Guarded src_, residual_;
  std::vector<float> weights_, bias_, want_;
  OutputStage stage_;
};

class EveryAlgorithm : public testing::TestWithParam<Algorithm> {
 protected:
  void SetUp() override {
    const Isa isa = GetParam().variant->isa;
    if (!DetectedIsas().has(isa)) GTEST_SKIP() << "this CPU lacks " << Name(isa);
  }
  std::string name() const { return GetParam().name(); }
};

TEST_P(EveryAlgorithm, TileEdges) {
  for (int64_t h = 1; h <= 13; ++h) {
    for (int64_t w = 1; w <= 13; ++w) {
      Sample({.spec = Spec(h, w, 3, 5), .residual = h % 2 == 0}).Check(name());
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryAlgorithm, ChannelEdges) {
  for (int64_t c : {1, 3, 7, 8, 9, 15, 16, 17, 33, 64}) {
    for (int64_t oc : {1, 3, 7, 8, 9, 15, 16, 17, 33, 64}) {
      Sample({.spec = Spec(5, 6, c, oc)}).Check(name());
      Sample({.spec = Spec(8, 7, c, oc), .side = Guarded::Against::kFront, .residual = true})
          .Check(name());
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryAlgorithm, Padding) {
  for (const ConvSpec& spec : PaddedSpecs()) Sample({.spec = spec}).Check(name());
}

TEST_P(EveryAlgorithm, BatchStridesResidualAndClamp) {
  ConvSpec spec = Spec(10, 7, 19, 37);
  spec.n = 2;
  spec.src_stride = 23;
  spec.dst_stride = 50;
  spec.residual_stride = 41;
  for (auto side : {Guarded::Against::kFront, Guarded::Against::kBack}) {
    for (bool residual : {false, true}) {
      for (bool bias : {false, true}) {
        Sample({.spec = spec, .side = side, .residual = residual, .bias = bias}).Check(name());
        Sample(
            {.spec = spec, .side = side, .residual = residual, .bias = bias, .lo = 0, .hi = 3.5f})
            .Check(name());
      }
    }
  }
}

TEST_P(EveryAlgorithm, SeveralBlocks) {
  Sample({.spec = Spec(45, 43, 48, 80), .lo = 0}).Check(name());
}

TEST_P(EveryAlgorithm, TwoThreadsGiveTheSameBits) {
  for (const ConvSpec& spec : {Spec(40, 40, 32, 48), Spec(14, 14, 96, 100), Spec(7, 7, 128, 128),
                               Spec(3, 3, 200, 300), Spec(5, 5, 2, 2)}) {
    SCOPED_TRACE(Text(spec));
    Sample sample({.spec = spec, .residual = true});
    const std::vector<float> one = sample.Run(name()), two = sample.Run(name(), 2);
    ASSERT_EQ(std::memcmp(one.data(), two.data(), one.size() * 4), 0);
  }
}

// On random operands of 16 channels and more, whose sums are alike, the bound holds even for each
// output's own sum of |src| |weight|.
TEST_P(EveryAlgorithm, ErrorIsBounded) {
  for (int64_t c : {16, 64, 256}) {
    for (bool positive : {false, true}) {
      Sample sample({.spec = Spec(24, 24, c, 16, 0), .positive = positive, .bias = false});
      const double worst = sample.WorstError(name());
      RecordProperty("worst_" + std::to_string(c) + (positive ? "_positive" : ""),
                     std::to_string(worst * 0x1p24));
      EXPECT_LT(worst, ErrorBound(c)) << c << (positive ? " positive" : "");
      EXPECT_GT(worst, 0.0);
    }
  }
}

TEST_P(EveryAlgorithm, RefusesWhatItCannotDo) {
  const auto refusal = [&](ConvSpec spec, ComputeType type = ComputeType::kF32) {
    KernelOptions options;
    options.usable = DetectedIsas();
    return Refusal(spec, type, GetParam(), options);
  };
  const ConvSpec good = Spec(8, 8, 4, 4);
  EXPECT_EQ(refusal(good), "");
  EXPECT_EQ(refusal(good, ComputeType::kU8S8U8), "does not do u8s8u8");
  ConvSpec bad = good;
  bad.stride_h = 2;
  EXPECT_EQ(refusal(bad), "needs 3x3, stride 1, dilation 1");
  bad = good;
  bad.dilation_w = 2;
  EXPECT_EQ(refusal(bad), "needs 3x3, stride 1, dilation 1");
  bad = good;
  bad.kw = 1;
  EXPECT_EQ(refusal(bad), "needs 3x3, stride 1, dilation 1");
  bad = good;
  bad.groups = 2;
  EXPECT_EQ(refusal(bad), "needs one group");
}

std::vector<Algorithm> OfFloats() {
  std::vector<Algorithm> algorithms = Algorithms();
  std::erase_if(algorithms, [](const auto& a) { return a.variant->type != ComputeType::kF32; });
  return algorithms;
}

INSTANTIATE_TEST_SUITE_P(Algorithms, EveryAlgorithm, testing::ValuesIn(OfFloats()),
                         [](const auto& info) { return info.param.name(); });

// What conv::Conv makes of it.

std::string Picked(const ConvSpec& spec, const KernelOptions& options) {
  const std::vector<float> weights(static_cast<size_t>(spec.oc * spec.c * 9));
  const auto conv =
      conv::Conv::Make(spec, ComputeType::kF32, {.data = weights.data()}, OutputStage{}, options);
  return conv.ok() ? conv->variant() : conv.message();
}

std::string Reason(const ConvSpec& spec, const std::string& name, const KernelOptions& options) {
  for (const VariantChoice& choice : conv::Explain(spec, ComputeType::kF32, options)) {
    if (choice.name == name) return choice.reason;
  }
  return "not listed";
}

TEST(Choice, WinogradIsTakenWithinTheBudgetAndOtherwiseNot) {
  const ConvSpec spec = Spec(28, 28, 128, 128);
  KernelOptions options;
  options.usable = {Isa::kScalar};
  EXPECT_EQ(Picked(spec, options), "winograd4_f32_scalar");
  options.winograd_bytes = 500000;  // F(2x2) needs 458,752.
  EXPECT_EQ(Picked(spec, options), "winograd2_f32_scalar");
  options.winograd_bytes = 0;
  EXPECT_EQ(Picked(spec, options), "f32_scalar_4x4");
  EXPECT_EQ(Reason(spec, "winograd4_f32_scalar", options),
            "transformed weights need 1.8 MB, budget is 0");
  EXPECT_TRUE(Reason(spec, "winograd4_f32_avx2", options).starts_with("needs avx2"));
}

TEST(Choice, WinogradIsNotTakenWhereItDoesNotPay) {
  EXPECT_FALSE(IsName(Picked(Spec(1, 1, 64, 64), {})));
  EXPECT_FALSE(IsName(Picked(Spec(3, 3, 3, 4, 0), {})));
  ConvSpec strided = Spec(28, 28, 64, 64);
  strided.stride_h = strided.stride_w = 2;
  EXPECT_FALSE(IsName(Picked(strided, {})));
}

TEST(Choice, OnePickIsExplained) {
  KernelOptions options;
  for (const char* forced : {"", "winograd2_f32_scalar", "f32_scalar_4x4"}) {
    options.variant = forced;
    const auto choices = conv::Explain(Spec(28, 28, 64, 64), ComputeType::kF32, options);
    EXPECT_EQ(std::ranges::count_if(choices, [](auto& c) { return c.picked; }), 1);
    for (const VariantChoice& choice : choices) EXPECT_FALSE(choice.reason.empty()) << choice.name;
    if (!options.variant.empty()) {
      EXPECT_EQ(Reason(Spec(28, 28, 64, 64), forced, options), "forced");
    }
  }
}

TEST(Choice, AVariantCanBeForced) {
  KernelOptions options;
  options.winograd_bytes = 0;
  options.variant = "winograd2_f32_scalar";
  EXPECT_EQ(Picked(Spec(4, 4, 4, 4), options), "winograd2_f32_scalar");
  options.variant = "f32_scalar_4x4";
  options.winograd_bytes = int64_t{1} << 40;
  EXPECT_EQ(Picked(Spec(28, 28, 64, 64), options), "f32_scalar_4x4");
  options.variant = "winograd6_f32_scalar";
  EXPECT_NE(Picked(Spec(4, 4, 4, 4), options).find("unknown kernel variant"), std::string::npos);
  options.variant = "winograd4_f32_scalar";
  ConvSpec strided = Spec(28, 28, 64, 64);
  strided.stride_h = 2;
  EXPECT_EQ(Picked(strided, options),
            "kernel variant 'winograd4_f32_scalar' cannot be used: it needs 3x3, stride 1, "
            "dilation 1");
}

TEST(Choice, StatesItsError) {
  const ConvSpec spec = Spec(28, 28, 64, 64);
  const std::vector<float> weights(static_cast<size_t>(spec.oc * spec.c * 9));
  KernelOptions options;
  for (auto [variant, bound] :
       {std::pair{"winograd4_f32_scalar", ErrorBound(64)}, {"f32_scalar_4x4", 0.0}}) {
    options.variant = variant;
    const auto conv =
        conv::Conv::Make(spec, ComputeType::kF32, {.data = weights.data()}, OutputStage{}, options);
    ASSERT_TRUE(conv.ok());
    EXPECT_EQ(conv->error_bound(), bound);
  }
}

}  // namespace
}  // namespace assay::winograd
