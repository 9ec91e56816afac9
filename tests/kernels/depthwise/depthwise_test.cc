#include "kernels/depthwise/depthwise.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "kernels/base/buffer.h"
#include "kernels/depthwise/variant.h"
#include "tests/kernels/depthwise/reference.h"
#include "tests/kernels/elementwise/guarded.h"

namespace assay::depthwise {
namespace {

std::string Describe(const ConvSpec& s) {
  std::ostringstream out;
  out << s.n << "x" << s.h << "x" << s.w << "x" << s.c << " kernel " << s.kh << "x" << s.kw
      << " stride " << s.stride_h << "," << s.stride_w << " dilation " << s.dilation_h << ","
      << s.dilation_w << " pads " << s.pad_top << "," << s.pad_left << "," << s.pad_bottom << ","
      << s.pad_right << " pixels " << s.src_pixel() << "," << s.dst_pixel() << ","
      << s.residual_pixel();
  return out.str();
}

bool Valid(const ConvSpec& s) {
  return s.h + s.pad_top + s.pad_bottom > s.dilation_h * (s.kh - 1) &&
         s.w + s.pad_left + s.pad_right > s.dilation_w * (s.kw - 1);
}

// How operands are filled: extremes find overflows, random values everything else.
enum class Fill { kRandom, kHighest, kLowest, kMixed };

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int64_t Between(int64_t lo, int64_t hi) {
    return std::uniform_int_distribution<int64_t>(lo, hi)(engine_);
  }
  float Real(float lo, float hi) { return std::uniform_real_distribution<float>(lo, hi)(engine_); }
  template <typename T>
  T Pick(std::initializer_list<T> values) {
    return values.begin()[Between(0, static_cast<int64_t>(values.size()) - 1)];
  }

 private:
  std::mt19937 engine_;
};

template <typename T>
void Set(T* data, int64_t count, Fill fill, Random& random) {
  constexpr bool kReal = std::is_floating_point_v<T>;
  for (int64_t i = 0; i < count; ++i) {
    if constexpr (kReal) {
      data[i] = random.Real(-2, 2);
    } else {
      const T lo = std::numeric_limits<T>::min(), hi = std::numeric_limits<T>::max();
      const bool high = fill == Fill::kHighest || (fill == Fill::kMixed && random.Between(0, 1));
      data[i] = fill == Fill::kRandom ? static_cast<T>(random.Between(lo, hi)) : high ? hi : lo;
    }
  }
}

int64_t SrcElements(const ConvSpec& s) { return (s.n * s.h * s.w - 1) * s.src_pixel() + s.c; }
int64_t DstElements(const ConvSpec& s, int64_t pixel) {
  return (s.n * s.oh() * s.ow() - 1) * pixel + s.c;
}

Guard AnyGuard(Random& random) { return random.Pick({Guard::kBefore, Guard::kAfter}); }

// Runs one problem and compares all of dst, the gaps between its pixels included.
class Case {
 public:
  Case(const Variant& variant, const ConvSpec& spec, ComputeType type, int threads, Random& random)
      : variant_(variant), s_(spec), type_(type), threads_(threads), random_(random) {}

  OutputStage stage;
  Fill src_fill = Fill::kRandom, weight_fill = Fill::kRandom;
  bool with_bias = true;

  // False after a failure.
  bool RunInt8() {
    Guarded<uint8_t> src(SrcElements(s_), AnyGuard(random_));
    Guarded<int8_t> weights(s_.c * s_.kh * s_.kw);
    Guarded<int32_t> bias(s_.c);
    Guarded<uint8_t> residual(stage.residual ? DstElements(s_, s_.residual_pixel()) : 0,
                              AnyGuard(random_));
    Set(src.data(), src.size(), src_fill, random_);
    Set(weights.data(), weights.size(), weight_fill, random_);
    Set(residual.data(), residual.size(), Fill::kRandom, random_);
    for (int64_t i = 0; i < s_.c; ++i) bias[i] = static_cast<int32_t>(random_.Between(-9999, 9999));
    if (with_bias && s_.c > 2) bias[1] = INT32_MAX, bias[2] = INT32_MIN;  // They wrap.
    const int32_t* const biases = with_bias ? bias.data() : nullptr;
    const auto accumulate = [&](int64_t n, int64_t y, int64_t x, int64_t c) {
      return ReferenceS32(s_, stage, src.data(), weights.data(), biases, n, y, x, c);
    };
    if (type_ == ComputeType::kU8S8S32) {
      return Compare<int32_t>(src.data(), weights.data(), biases, nullptr,
                              [&](int32_t got, int64_t, int64_t n, int64_t y, int64_t x,
                                  int64_t c) { return got == accumulate(n, y, x, c); });
    }
    return Compare<uint8_t>(
        src.data(), weights.data(), biases, residual.data(),
        [&](uint8_t got, int64_t pixel, int64_t n, int64_t y, int64_t x, int64_t c) {
          const uint8_t r = stage.residual ? residual[pixel * s_.residual_pixel() + c] : 0;
          return got == ReferenceU8(stage, accumulate(n, y, x, c), c, r);
        });
  }

  bool RunF32() {
    Guarded<float> src(SrcElements(s_), AnyGuard(random_));
    Guarded<float> weights(s_.c * s_.kh * s_.kw), bias(s_.c);
    Guarded<float> residual(stage.residual ? DstElements(s_, s_.residual_pixel()) : 0,
                            AnyGuard(random_));
    Set(src.data(), src.size(), src_fill, random_);
    Set(weights.data(), weights.size(), weight_fill, random_);
    Set(bias.data(), bias.size(), Fill::kRandom, random_);
    Set(residual.data(), residual.size(), Fill::kRandom, random_);
    const float* const biases = with_bias ? bias.data() : nullptr;
    return Compare<float>(
        src.data(), weights.data(), biases, residual.data(),
        [&](float got, int64_t pixel, int64_t n, int64_t y, int64_t x, int64_t c) {
          const float* const r =
              stage.residual ? residual.data() + pixel * s_.residual_pixel() + c : nullptr;
          const ReferenceF32 want =
              ReferenceFloat(s_, stage, src.data(), weights.data(), biases, r, n, y, x, c);
          return std::fabs(got - want.value) <= want.bound;
        });
  }

  bool Run() { return type_ == ComputeType::kF32 ? RunF32() : RunInt8(); }

 private:
  template <typename T, typename Agrees>
  bool Compare(const void* src, const void* weights, const void* bias, const void* residual,
               Agrees agrees) {
    KernelOptions options;
    options.usable = DetectedIsas();
    options.variant = variant_.name;
    options.threads = threads_;
    Result<Depthwise> kernel = Depthwise::Make(s_, type_, {weights, bias}, stage, options);
    EXPECT_TRUE(kernel.ok()) << kernel.message();
    if (!kernel.ok()) return false;
    EXPECT_EQ(kernel->variant(), variant_.name);
    Guarded<T> dst(DstElements(s_, s_.dst_pixel()), AnyGuard(random_));
    std::memset(dst.data(), 0x5a, static_cast<size_t>(dst.size()) * sizeof(T));
    Buffer workspace(kernel->workspace_bytes(threads_));
    ThreadPool pool(threads_);
    kernel->Run(src, dst.data(), stage.residual ? residual : nullptr, workspace.data(), pool);
    EXPECT_TRUE(dst.Intact()) << Describe(s_);
    T untouched;
    std::memset(&untouched, 0x5a, sizeof(T));
    for (int64_t i = 0; i < dst.size(); ++i) {
      const int64_t pixel = i / s_.dst_pixel(), c = i % s_.dst_pixel();
      const int64_t x = pixel % s_.ow(), y = pixel / s_.ow() % s_.oh();
      const int64_t n = pixel / s_.ow() / s_.oh();
      const bool good = c < s_.c ? agrees(dst[i], pixel, n, y, x, c)
                                 : std::memcmp(dst.data() + i, &untouched, sizeof(T)) == 0;
      if (good) continue;
      ADD_FAILURE() << Describe(s_) << ", " << Name(type_) << ", " << threads_
                    << " threads: wrong at image " << n << " row " << y << " column " << x
                    << " channel " << c << ": " << +dst[i];
      return false;
    }
    return dst.Intact();
  }

  const Variant& variant_;
  ConvSpec s_;
  ComputeType type_;
  int threads_;
  Random& random_;
};

ConvSpec Square(int64_t c, int64_t h, int64_t w, int64_t kernel, int64_t stride, int64_t pad) {
  ConvSpec s;
  s.c = s.oc = s.groups = c;
  s.h = h, s.w = w;
  s.kh = s.kw = kernel;
  s.stride_h = s.stride_w = stride;
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = pad;
  return s;
}

constexpr int64_t kChannels[] = {1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 100};

OutputStage AnyStage(const ConvSpec& s, ComputeType type, Random& random) {
  OutputStage stage;
  if (type == ComputeType::kF32) {
    if (random.Between(0, 1) == 1) stage.lo = 0;
    if (random.Between(0, 1) == 1) stage.hi = 3;
    stage.residual = random.Between(0, 2) == 0;
    return stage;
  }
  stage.src_zero_point = random.Pick({0, 1, 128, 255});
  if (type == ComputeType::kU8S8S32) return stage;
  const int64_t scales = random.Pick<int64_t>({1, s.c});
  for (int64_t i = 0; i < scales; ++i) {
    stage.scale.push_back(random.Real(0.2f, 2.0f) / static_cast<float>(300 * s.kh * s.kw));
  }
  if (random.Between(0, 7) == 0) stage.scale[0] = random.Pick({1e30f, 0.0f, 3.0f, -0.01f});
  stage.zero_point = random.Pick({0, 1, 128, 255});
  if (random.Between(0, 1) == 1) stage.q_lo = static_cast<uint8_t>(stage.zero_point);
  if (random.Between(0, 3) == 0) stage.q_hi = static_cast<uint8_t>(random.Between(stage.q_lo, 255));
  stage.residual = random.Between(0, 2) == 0;
  if (!stage.residual) return stage;
  stage.acc_ratio = random.Real(0.2f, 1.5f);
  stage.residual_ratio = random.Real(0.2f, 1.5f);
  stage.residual_zero_point = random.Pick({0, 1, 128, 255});
  stage.sum_zero_point = random.Pick({0, 1, 128, 255});
  if (random.Between(0, 3) == 0) stage.sum_lo = static_cast<uint8_t>(stage.sum_zero_point);
  if (random.Between(0, 3) == 0) {
    stage.sum_hi = static_cast<uint8_t>(random.Between(stage.sum_lo, 255));
  }
  return stage;
}

class EveryVariant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!DetectedIsas().has(GetParam()->isa)) {
      GTEST_SKIP() << "this CPU has no " << Name(GetParam()->isa);
    }
  }
  std::vector<ComputeType> Types() const {
    if (GetParam()->int8) return {ComputeType::kU8S8U8, ComputeType::kU8S8S32};
    return {ComputeType::kF32};
  }
  bool RunAny(const ConvSpec& s, ComputeType type, int threads, Random& random) {
    Case problem(*GetParam(), s, type, threads, random);
    problem.stage = AnyStage(s, type, random);
    problem.with_bias = random.Between(0, 3) != 0;
    return problem.Run();
  }
};

class EveryInt8Variant : public EveryVariant {};

TEST_P(EveryVariant, ChannelCountsAroundVectorEdges) {
  Random random(1);
  for (int64_t c : kChannels) {
    for (int64_t kernel : {3, 5, 7}) {
      for (int64_t stride : {1, 2, 3}) {
        for (ComputeType type : Types()) {
          ASSERT_TRUE(RunAny(Square(c, 9, 8, kernel, stride, kernel / 2), type, 1, random));
        }
      }
    }
  }
}

TEST_P(EveryVariant, SmallImages) {
  Random random(2);
  for (int64_t h = 1; h <= 9; ++h) {
    for (int64_t w = 1; w <= 9; ++w) {
      for (int64_t kernel : {3, 5}) {
        for (int64_t stride : {1, 2}) {
          const int64_t c = random.Pick<int64_t>({5, 16, 24, 40, 64, 72});
          ASSERT_TRUE(RunAny(Square(c, h, w, kernel, stride, kernel / 2), Types()[0], 1, random));
        }
      }
    }
  }
}

TEST_P(EveryVariant, WideImages) {
  Random random(3);
  for (int64_t w : {27, 28, 29, 30, 55, 56, 57, 61, 112}) {
    for (int64_t kernel : {3, 5}) {
      for (int64_t stride : {1, 2}) {
        for (int64_t c : {16, 32, 64, 96}) {
          ASSERT_TRUE(RunAny(Square(c, 4, w, kernel, stride, kernel / 2), Types()[0], 1, random));
        }
      }
    }
  }
}

// Reals that do not fit the nearer caches go by fewer rows, and fetch ahead.
TEST_P(EveryVariant, LargeImages) {
  Random random(8);
  for (int64_t stride : {1, 2}) {
    ConvSpec s = Square(50, 170, 150, 3, stride, 1);
    s.n = stride;
    ASSERT_TRUE(RunAny(s, Types()[0], 2, random));
  }
}

TEST_P(EveryVariant, OddGeometries) {
  Random random(4);
  for (int trial = 0; trial < 600; ++trial) {
    ConvSpec s;
    s.n = random.Between(1, 2);
    s.h = random.Between(1, 12), s.w = random.Between(1, 40);
    s.c = s.oc = s.groups = random.Between(1, 140);
    s.kh = random.Pick<int64_t>({1, 2, 3, 3, 4, 5, 6, 7, 9});
    s.kw = random.Pick<int64_t>({1, 2, 3, 3, 4, 5, 6, 7, 9});
    s.stride_h = random.Between(1, 3), s.stride_w = random.Between(1, 3);
    s.dilation_h = random.Pick<int64_t>({1, 1, 2, 3}),
    s.dilation_w = random.Pick<int64_t>({1, 1, 2, 3});
    s.pad_top = random.Between(0, 6), s.pad_left = random.Between(0, 6);
    s.pad_bottom = random.Between(0, 6), s.pad_right = random.Between(0, 6);
    if (random.Between(0, 1) == 1) s.src_stride = s.c + random.Between(0, 70);
    if (random.Between(0, 1) == 1) s.dst_stride = s.c + random.Between(0, 70);
    if (random.Between(0, 1) == 1) s.residual_stride = s.c + random.Between(0, 70);
    if (!Valid(s)) continue;
    const ComputeType type = Types()[static_cast<size_t>(trial) % Types().size()];
    ASSERT_TRUE(RunAny(s, type, 1, random)) << "trial " << trial;
  }
}

TEST_P(EveryInt8Variant, ExtremeOperandsStayExact) {
  Random random(5);
  for (Fill src : {Fill::kHighest, Fill::kLowest, Fill::kMixed}) {
    for (Fill weights : {Fill::kHighest, Fill::kLowest, Fill::kMixed}) {
      for (int zero_point : {0, 1, 128, 255}) {
        for (int64_t kernel : {3, 5}) {
          for (ComputeType type : Types()) {
            const ConvSpec s = Square(80, 6, 6, kernel, 1, kernel / 2);
            Case problem(*GetParam(), s, type, 1, random);
            problem.stage = AnyStage(s, type, random);
            problem.stage.src_zero_point = zero_point;
            problem.src_fill = src;
            problem.weight_fill = weights;
            ASSERT_TRUE(problem.Run());
          }
        }
      }
    }
  }
}

TEST_P(EveryInt8Variant, RoundsTiesToEven) {
  Random random(6);
  for (float scale : {0.5f, 0.25f, 0.125f, 0.0078125f}) {
    for (int zero_point : {0, 1, 127, 254, 255}) {
      const ConvSpec s = Square(64, 8, 8, 3, 1, 1);
      Case problem(*GetParam(), s, ComputeType::kU8S8U8, 1, random);
      problem.stage.scale = {scale};
      problem.stage.zero_point = zero_point;
      ASSERT_TRUE(problem.Run());
      problem.stage.q_lo = static_cast<uint8_t>(zero_point);  // Relu.
      ASSERT_TRUE(problem.Run());
    }
  }
}

TEST_P(EveryVariant, TwoThreadsGiveTheSame) {
  Random random(7);
  for (int64_t stride : {1, 2}) {
    for (ComputeType type : Types()) {
      ConvSpec s = Square(96, 41, 43, 3, stride, 1);
      s.n = 3;
      ASSERT_TRUE(RunAny(s, type, 2, random));
    }
  }
}

std::string NameOf(const testing::TestParamInfo<const Variant*>& info) { return info.param->name; }

std::vector<const Variant*> Int8Variants() {
  std::vector<const Variant*> variants;
  for (const Variant* variant : AllVariants()) {
    if (variant->int8) variants.push_back(variant);
  }
  return variants;
}

INSTANTIATE_TEST_SUITE_P(Depthwise, EveryVariant,
                         testing::ValuesIn(AllVariants().begin(), AllVariants().end()), NameOf);
INSTANTIATE_TEST_SUITE_P(Depthwise, EveryInt8Variant, testing::ValuesIn(Int8Variants()), NameOf);

// Dispatch and errors.

const float kOnes[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};

TEST(Depthwise, RefusesWhatDoesNotFitWithOneSentence) {
  const auto message = [](const ConvSpec& s, const OutputStage& stage = {},
                          ComputeType type = ComputeType::kF32) {
    return Depthwise::Make(s, type, {kOnes, nullptr}, stage).message();
  };
  const ConvSpec good = Square(1, 4, 4, 3, 1, 0);
  EXPECT_TRUE(Depthwise::Make(good, ComputeType::kF32, {kOnes, nullptr}, {}).ok());
  ConvSpec s = good;
  s.h = 0;
  EXPECT_NE(message(s).find("1 x 0 x 4 x 1"), std::string::npos);
  s = good, s.oc = 2;
  EXPECT_NE(message(s).find("they must be equal"), std::string::npos);
  s = good, s.h = 2;
  EXPECT_NE(message(s).find("does not fit the padded image of 2 x 4"), std::string::npos);
  s = good, s.stride_w = 0;
  EXPECT_NE(message(s).find("at least 1"), std::string::npos);
  s = good, s.pad_left = -1;
  EXPECT_NE(message(s).find("negative padding"), std::string::npos);
  s = good, s.c = s.oc = s.groups = 2, s.dst_stride = 1;
  EXPECT_NE(message(s).find("pixel stride"), std::string::npos);
  s = good, s.h = s.w = s.pad_top = s.pad_left = int64_t{1} << 30;
  EXPECT_NE(message(s).find("2^56"), std::string::npos);
  OutputStage stage;
  stage.scale = {1, 1};
  EXPECT_NE(message(good, stage, ComputeType::kU8S8U8).find("2 scales"), std::string::npos);
  stage.residual = true;
  EXPECT_NE(message(good, stage, ComputeType::kU8S8S32).find("no residual"), std::string::npos);
}

TEST(Depthwise, RefusesAForcedVariantThatCannotRun) {
  const ConvSpec s = Square(1, 4, 4, 3, 1, 0);
  KernelOptions options;
  options.variant = "f32_scaler";
  EXPECT_NE(Depthwise::Make(s, ComputeType::kF32, {kOnes, nullptr}, {}, options)
                .message()
                .find("did you mean 'f32_scalar'"),
            std::string::npos);
  options.variant = "u8s8_scalar";
  EXPECT_NE(Depthwise::Make(s, ComputeType::kF32, {kOnes, nullptr}, {}, options)
                .message()
                .find("computes int8, not f32"),
            std::string::npos);
  options.variant = "f32_avx2";
  options.usable = {Isa::kScalar};
  EXPECT_NE(Depthwise::Make(s, ComputeType::kF32, {kOnes, nullptr}, {}, options)
                .message()
                .find("needs avx2"),
            std::string::npos);
}

TEST(Depthwise, ExplainNamesEveryVariantAndPicksTheOneThatRuns) {
  const ConvSpec s = Square(64, 8, 8, 3, 1, 1);
  const std::vector<float> weights(64 * 9, 1.0f);
  for (ComputeType type : {ComputeType::kF32, ComputeType::kU8S8S32}) {
    for (std::string_view cap : {"scalar", "avx2", "avxvnni", "avx512", "avx512vbmi", "avx512vnni"}) {
      KernelOptions options;
      options.usable = DetectedIsas() & *IsaCap(cap);
      const std::vector<VariantChoice> choices = Explain(s, type, options);
      ASSERT_EQ(choices.size(), AllVariants().size());
      std::string picked;
      for (const VariantChoice& choice : choices) {
        EXPECT_FALSE(choice.reason.empty()) << choice.name;
        EXPECT_TRUE(!choice.available || options.usable.has(choice.isa)) << choice.name;
        if (choice.picked) picked += choice.name;
      }
      Result<Depthwise> made = Depthwise::Make(s, type, {weights.data(), nullptr}, {}, options);
      ASSERT_TRUE(made.ok()) << made.message();
      EXPECT_EQ(picked, made->variant());
    }
  }
}

TEST(Depthwise, FewChannelsTakeNarrowVectors) {
  const std::vector<float> weights(200 * 9, 1.0f);
  const auto variant = [&](int64_t channels) {
    return Depthwise::Make(Square(channels, 8, 8, 3, 1, 1), ComputeType::kF32,
                           {weights.data(), nullptr}, {}, {})
        ->variant();
  };
  if (!KernelOptions().usable.has(Isa::kAvx512)) GTEST_SKIP() << "this CPU has no avx512";
  const char* const narrow = HalvesAvx512() ? "f32_avx512_256" : "f32_avx512";
  for (int64_t channels : {1, 5, 8, 24, 88}) EXPECT_EQ(variant(channels), narrow) << channels;
  for (int64_t channels : {9, 16, 64, 104, 200}) {
    EXPECT_EQ(variant(channels), "f32_avx512") << channels;
  }
}

}  // namespace
}  // namespace assay::depthwise
