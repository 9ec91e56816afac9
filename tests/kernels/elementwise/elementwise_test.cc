// Every variant against the definitions, bit for bit: lengths around the vectors' ends, operands
// that touch a page which may not be read, values where rounding is decided.
#include "kernels/elementwise/elementwise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/elementwise/variant.h"
#include "tests/kernels/elementwise/guarded.h"

namespace assay::elementwise {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNaN = std::nanf("");
constexpr int64_t kLengths[] = {0,  1,  2,  3,  7,  8,  9,   15,  16,  17,  31,   32,
                                33, 47, 63, 64, 65, 96, 127, 128, 129, 255, 1000, 5000};

uint32_t Bits(float x) { return std::bit_cast<uint32_t>(x); }

class EveryVariant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!DetectedIsas().has(variant().isa))
      GTEST_SKIP() << "this CPU lacks " << Name(variant().isa);
  }
  const Variant& variant() const { return *GetParam(); }
  std::mt19937 random{1};

  // Ordinary, huge, tiny and special values in turn.
  float Real() {
    static constexpr float kSpecial[] = {0.0f, -0.0f, 0.5f, 1.5f, -0.5f, 1e30f, -1e30f, 1e-40f};
    switch (random() % 16) {
      case 0:
        return kSpecial[random() % 8];
      case 1:
        return random() % 2 != 0 ? kInf : -kInf;
      case 2:
        return kNaN;
      default:
        return std::uniform_real_distribution<float>(-8, 8)(random);
    }
  }
  uint8_t Byte() { return static_cast<uint8_t>(random() >> 8); }

  template <typename T, typename Make>
  static void FillWith(Guarded<T>& data, Make make) {
    for (int64_t i = 0; i < data.size(); ++i) data[i] = make();
  }

  // body(length, guard): every length, at both ends of a page.
  template <typename Body>
  static void ForLengths(Body body) {
    for (int64_t n : kLengths) {
      for (Guard guard : {Guard::kBefore, Guard::kAfter}) {
        SCOPED_TRACE("length " + std::to_string(n));
        body(n, guard);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
};

float Clamped(float x, float lo, float hi) {
  if (std::isnan(x)) return x;
  return std::fmin(std::fmax(x, lo), hi);
}

TEST_P(EveryVariant, AddF32) {
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<float> a(n, guard), b(n, guard), dst(n, guard);
    FillWith(a, [&] { return Real(); });
    FillWith(b, [&] { return Real(); });
    for (const auto& [lo, hi] : {std::pair{-kInf, kInf}, {0.0f, 6.0f}, {-1.0f, 0.5f}}) {
      variant().add_f32(a.data(), b.data(), dst.data(), n, lo, hi);
      for (int64_t i = 0; i < n; ++i) {
        const float want = Clamped(a[i] + b[i], lo, hi);
        if (std::isnan(want)) {
          ASSERT_TRUE(std::isnan(dst[i]));
        } else {
          ASSERT_EQ(dst[i], want) << a[i] << " + " << b[i];
        }
      }
    }
    EXPECT_TRUE(dst.Intact());
  });
}

TEST_P(EveryVariant, ClampF32InPlace) {
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<float> x(n, guard);
    FillWith(x, [&] { return Real(); });
    const std::vector<float> src(x.data(), x.data() + n);
    variant().clamp_f32(x.data(), x.data(), n, 0.0f, 6.0f);
    for (int64_t i = 0; i < n; ++i) {
      const float want = Clamped(src[static_cast<size_t>(i)], 0.0f, 6.0f);
      ASSERT_TRUE(x[i] == want || (std::isnan(x[i]) && std::isnan(want)));
    }
    EXPECT_TRUE(x.Intact());
  });
}

TEST_P(EveryVariant, AddU8) {
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<uint8_t> a(n, guard), b(n, guard), dst(n, guard);
    FillWith(a, [&] { return Byte(); });
    FillWith(b, [&] { return Byte(); });
    const AddU8Params cases[] = {
        {},
        {0, 255, 0.5f, 0.5f, 0, 0, 255},  // Halves: ties to even.
        {128, 3, 1.7f, -0.3f, 255, 7, 200},
        {255, 255, 1e30f, 1e30f, 128, 0, 255},
        {1, 2, kInf, kInf, 9, 4, 250},  // 0 x infinity: NaN gives lo.
    };
    for (const AddU8Params& p : cases) {
      variant().add_u8(p, a.data(), b.data(), dst.data(), n);
      for (int64_t i = 0; i < n; ++i) {
        const float left = static_cast<float>(a[i] - p.a_zero_point) * p.a_ratio;
        const float right = static_cast<float>(b[i] - p.b_zero_point) * p.b_ratio;
        ASSERT_EQ(dst[i], RoundClamp(left + right, p.zero_point, p.lo, p.hi));
      }
    }
    EXPECT_TRUE(dst.Intact());
  });
}

TEST_P(EveryVariant, LookupU8) {
  uint8_t table[256];
  for (uint8_t& entry : table) entry = Byte();
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<uint8_t> src(n, guard), dst(n, guard);
    int64_t next = 0;
    FillWith(src, [&] { return static_cast<uint8_t>(37 * next++); });
    variant().lookup_u8(table, src.data(), dst.data(), n);
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(dst[i], table[src[i]]) << int{src[i]};
    EXPECT_TRUE(dst.Intact());
  });
}

TEST_P(EveryVariant, Quantize) {
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<float> src(n, guard);
    Guarded<uint8_t> dst(n, guard);
    for (const QuantParams params :
         {QuantParams{1.0f, 0}, {0.1f, 128}, {0.037f, 255}, {1e-38f, 7}}) {
      FillWith(src, [&] { return Real() * std::fmin(params.scale * 20, 1.0f); });
      variant().quantize(params, src.data(), dst.data(), n);
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(dst[i], Quantize(src[i], params)) << src[i];
      EXPECT_TRUE(dst.Intact());
    }
  });
}

// The quotients that lie on a half, and their neighbors: the reciprocal alone would misround some.
TEST_P(EveryVariant, QuantizeDividesWhereRoundingIsDecided) {
  constexpr int64_t kCount = 3 * 512;
  std::vector<float> src(kCount);
  std::vector<uint8_t> dst(kCount);
  for (int trial = 0; trial < 200; ++trial) {
    const float scale = std::exp(std::uniform_real_distribution<float>(-9, 3)(random));
    const QuantParams params{scale, static_cast<int32_t>(random() % 256)};
    for (int64_t i = 0; i < kCount; i += 3) {
      const float half = (static_cast<float>(i / 3) - 255.5f) * scale;
      src[static_cast<size_t>(i)] = half;
      src[static_cast<size_t>(i) + 1] = std::nextafter(half, kInf);
      src[static_cast<size_t>(i) + 2] = std::nextafter(half, -kInf);
    }
    variant().quantize(params, src.data(), dst.data(), kCount);
    for (size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(dst[i], Quantize(src[i], params)) << src[i] << " / " << scale;
    }
  }
}

TEST_P(EveryVariant, Dequantize) {
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<uint8_t> src(n, guard);
    Guarded<float> dst(n, guard);
    FillWith(src, [&] { return Byte(); });
    const QuantParams params{0.0371f, 131};
    variant().dequantize(params, src.data(), dst.data(), n);
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(Bits(dst[i]), Bits(Dequantize(src[i], params)));
    EXPECT_TRUE(dst.Intact());
  });
}

// Sums of all sizes, with what a row adds to them; halves, which go to the even. Two rows, apart.
TEST_P(EveryVariant, RequantizeS32) {
  constexpr int64_t kApart = 3;
  const int32_t factors[] = {12'345, -1};
  ForLengths([&](int64_t n, Guard guard) {
    const int64_t stride = n + kApart;
    Guarded<int32_t> src(stride + n, guard), offset(n, guard);
    Guarded<float> scale(n, guard);
    Guarded<uint8_t> dst(stride + n, guard);
    FillWith(src, [&] { return static_cast<int32_t>(random()) >> random() % 32; });
    FillWith(offset, [&] { return static_cast<int32_t>(random() % 511) - 255; });
    FillWith(scale, [&] { return random() % 4 == 0 ? 0.5f : 1.0f / static_cast<float>(random()); });
    for (const bool adds : {false, true}) {
      for (const int32_t zero_point : {0, 77, 255}) {
        FillWith(dst, [] { return uint8_t{0xcd}; });
        variant().requantize_s32(
            {.rows = 2, .count = n, .src_stride = stride, .dst_stride = stride},
            {scale.data(), adds ? offset.data() : nullptr, factors, zero_point}, src.data(),
            dst.data());
        for (int64_t i = 0; i < stride + n; ++i) {
          const int64_t row = i / stride, column = i % stride;
          if (column >= n) {
            ASSERT_EQ(dst[i], 0xcd);
            continue;
          }
          auto sum = static_cast<uint32_t>(src[i]);
          if (adds) {
            sum += static_cast<uint32_t>(factors[row]) * static_cast<uint32_t>(offset[column]);
          }
          const float y = static_cast<float>(static_cast<int32_t>(sum)) * scale[column];
          ASSERT_EQ(dst[i], RoundClamp(y, zero_point, 0, 255)) << src[i] << " at " << i;
        }
        EXPECT_TRUE(dst.Intact());
      }
    }
  });
}

// With a scale and an addend for each row.
TEST_P(EveryVariant, RequantizeS32ByRows) {
  constexpr int64_t kApart = 5;
  const int32_t factors[] = {-128, 3'000'000}, addends[] = {2'000'000'000, -77};
  const float scales[] = {0.5f, 1e-5f};
  ForLengths([&](int64_t n, Guard guard) {
    const int64_t stride = n + kApart;
    Guarded<int32_t> src(stride + n, guard), offset(n, guard);
    Guarded<uint8_t> dst(stride + n, guard);
    FillWith(src, [&] { return static_cast<int32_t>(random()) >> random() % 32; });
    FillWith(offset, [&] { return static_cast<int32_t>(random() % 511) - 255; });
    for (const bool shifts : {false, true}) {
      FillWith(dst, [] { return uint8_t{0xcd}; });
      variant().requantize_s32({.rows = 2, .count = n, .src_stride = stride, .dst_stride = stride},
                               {.scale = nullptr,
                                .offset = shifts ? offset.data() : nullptr,
                                .factors = factors,
                                .zero_point = 3,
                                .addends = addends,
                                .row_scale = scales},
                               src.data(), dst.data());
      for (int64_t i = 0; i < stride + n; ++i) {
        const int64_t row = i / stride, column = i % stride;
        if (column >= n) {
          ASSERT_EQ(dst[i], 0xcd);
          continue;
        }
        auto sum = static_cast<uint32_t>(src[i]) + static_cast<uint32_t>(addends[row]);
        if (shifts) {
          sum += static_cast<uint32_t>(factors[row]) * static_cast<uint32_t>(offset[column]);
        }
        const float y = static_cast<float>(static_cast<int32_t>(sum)) * scales[row];
        ASSERT_EQ(dst[i], RoundClamp(y, 3, 0, 255)) << src[i] << " at " << i;
      }
      EXPECT_TRUE(dst.Intact());
    }
  });
}

TEST_P(EveryVariant, DequantizeS32) {
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<int32_t> src(n, guard);
    Guarded<float> scale(n, guard), dst(n, guard);
    FillWith(src, [&] { return static_cast<int32_t>(random()); });
    FillWith(scale, [&] { return std::uniform_real_distribution<float>(0, 1e-6f)(random); });
    variant().dequantize_s32(scale.data(), src.data(), dst.data(), n, -500.0f, 700.0f);
    for (int64_t i = 0; i < n; ++i) {
      ASSERT_EQ(dst[i], Clamped(static_cast<float>(src[i]) * scale[i], -500.0f, 700.0f));
    }
    EXPECT_TRUE(dst.Intact());
  });
}

TEST_P(EveryVariant, SoftmaxWithinItsBound) {
  ForLengths([&](int64_t n, Guard guard) {
    Guarded<float> x(n, guard);
    FillWith(x, [&] { return std::uniform_real_distribution<float>(-50, 50)(random); });
    if (n > 2) x[1] = -kInf;
    const std::vector<float> src(x.data(), x.data() + n);
    variant().softmax(x.data(), x.data(), n);
    double sum = 0;
    const double most = n == 0 ? 0.0 : *std::max_element(src.begin(), src.end());
    for (float s : src) sum += std::exp(s - most);
    for (int64_t i = 0; i < n; ++i) {
      const double t = src[static_cast<size_t>(i)] - most, want = std::exp(t) / sum;
      if (t < -86 || want < 0x1p-126) {
        ASSERT_NEAR(x[i], want, 0x1p-120) << t;
      } else {
        ASSERT_NEAR(x[i], want, want * (8 - t + static_cast<double>(n) / 16) * 0x1p-24) << t;
      }
      if (std::isinf(t)) {
        ASSERT_EQ(x[i], 0.0f);
      }
    }
    EXPECT_TRUE(x.Intact());
  });
}

TEST_P(EveryVariant, SoftmaxOfWhatIsNotFinite) {
  for (int64_t n : {1, 5, 16, 40}) {
    for (int64_t at : {int64_t{0}, n / 2, n - 1}) {
      for (float special : {kNaN, kInf}) {
        std::vector<float> x(static_cast<size_t>(n), 0.5f);
        x[static_cast<size_t>(at)] = special;
        variant().softmax(x.data(), x.data(), n);
        for (float y : x) ASSERT_TRUE(std::isnan(y)) << n << " " << at;
      }
    }
    std::vector<float> x(static_cast<size_t>(n), -kInf);
    variant().softmax(x.data(), x.data(), n);
    for (float y : x) ASSERT_TRUE(std::isnan(y));
  }
}

INSTANTIATE_TEST_SUITE_P(Elementwise, EveryVariant,
                         testing::ValuesIn(AllVariants().begin(), AllVariants().end()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Rows, SlicesOfWiderImagesKeepWhatLiesBetween) {
  ThreadPool pool(2);
  constexpr int64_t kRows = 3000, kWide = 24, kCount = 17;
  std::vector<uint8_t> a(kRows * kWide), b(kRows * kCount), dst(kRows * kWide, 0xcc);
  std::mt19937 random(2);
  for (uint8_t& x : a) x = static_cast<uint8_t>(random());
  for (uint8_t& x : b) x = static_cast<uint8_t>(random());
  const AddU8Params params{3, 4, 0.7f, 0.4f, 5, 0, 255};
  AddU8({kRows, kCount, kWide, kCount, kWide}, params, a.data(), b.data(), dst.data(), pool);
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t i = 0; i < kWide; ++i) {
      const auto at = static_cast<size_t>(row * kWide + i);
      int32_t want = 0xcc;
      if (i < kCount) {
        const float x = static_cast<float>(a[at] - 3) * 0.7f;
        const float y = static_cast<float>(b[static_cast<size_t>(row * kCount + i)] - 4) * 0.4f;
        want = RoundClamp(x + y, 5, 0, 255);
      }
      ASSERT_EQ(dst[at], want) << row << ", " << i;
    }
  }
}

TEST(Rows, OneLongRowIsCutWithoutSeams) {
  ThreadPool pool(2);
  std::vector<float> src(1'000'003), dst(src.size());
  for (size_t i = 0; i < src.size(); ++i) src[i] = static_cast<float>(i % 1001) - 500;
  ClampF32({1, static_cast<int64_t>(src.size())}, src.data(), dst.data(), -3, 77, pool);
  for (size_t i = 0; i < src.size(); ++i) ASSERT_EQ(dst[i], std::fmin(std::fmax(src[i], -3), 77));
}

}  // namespace
}  // namespace assay::elementwise
