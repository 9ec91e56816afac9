// Every variant against the definition: windows over the borders, dilation, strides, ceil_mode's
// overhang, slices of wider images; all tiers give the same bits.
#include "kernels/pool/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/pool/variant.h"
#include "tests/kernels/elementwise/guarded.h"

namespace assay::pool {
namespace {

std::vector<Window> Windows(int64_t channels) {
  const auto window = [&](ConvSpec spec, int64_t more = 0, bool count_pad = false) {
    spec.c = spec.oc = channels;
    return Window{spec, spec.oh() + more, spec.ow() + more, count_pad};
  };
  ConvSpec plain{.n = 2, .h = 7, .w = 5, .kh = 2, .kw = 2, .stride_h = 2, .stride_w = 2};
  ConvSpec padded{.h = 8,
                  .w = 9,
                  .kh = 3,
                  .kw = 3,
                  .stride_h = 2,
                  .stride_w = 1,
                  .pad_top = 1,
                  .pad_left = 1,
                  .pad_bottom = 1,
                  .pad_right = 0};
  ConvSpec dilated{.h = 9,
                   .w = 11,
                   .kh = 3,
                   .kw = 2,
                   .dilation_h = 2,
                   .dilation_w = 3,
                   .pad_top = 2,
                   .pad_left = 1,
                   .pad_bottom = 2,
                   .pad_right = 1};
  // Windows that share columns, the first of which is padded; rows of pixels that are alike.
  ConvSpec shared{.n = 2, .h = 10, .w = 8, .kh = 3, .kw = 3, .stride_h = 2, .stride_w = 2};
  shared.pad_top = shared.pad_left = 1;
  ConvSpec wide = shared, tall = shared, low = shared, high = shared, apart = shared,
           narrow = shared;
  wide.w = tall.h = 9;
  wide.pad_right = tall.pad_bottom = 1;
  low.h = low.pad_bottom = 1;
  high.kh = 4;
  apart.w = 13;
  apart.stride_w = 4;
  apart.dilation_w = apart.pad_left = 2;
  apart.src_stride = channels + 1;
  narrow.w = 2;
  ConvSpec global{.n = 2, .h = 7, .w = 7, .kh = 7, .kw = 7};
  ConvSpec strided = padded;
  strided.src_stride = channels + 5;
  strided.dst_stride = channels + 3;
  return {window(plain),   window(plain, 1), window(padded),  window(padded, 0, true),
          window(dilated), window(global),   window(strided), window({.h = 1, .w = 1}),
          window(shared),  window(wide),     window(tall),    window(low),
          window(high),    window(apart),    window(narrow)};
}

// The taps of an output pixel that lie in the image, in row order; and how many of the window's lie
// in the image or its padding.
struct TapList {
  std::vector<int64_t> pixels;
  int64_t padded = 0;
};

TapList TapsOf(const Window& window, bool dilated, int64_t image, int64_t oy, int64_t ox) {
  const ConvSpec& s = window.spec;
  TapList list;
  for (int64_t i = 0; i < s.kh; ++i) {
    for (int64_t j = 0; j < s.kw; ++j) {
      const int64_t y = oy * s.stride_h - s.pad_top + i * (dilated ? s.dilation_h : 1);
      const int64_t x = ox * s.stride_w - s.pad_left + j * (dilated ? s.dilation_w : 1);
      list.padded += y < s.h + s.pad_bottom && x < s.w + s.pad_right;
      if (y >= 0 && y < s.h && x >= 0 && x < s.w)
        list.pixels.push_back((image * s.h + y) * s.w + x);
    }
  }
  return list;
}

// Runs `pool`, and compares with want(taps, channel) at every element.
template <typename T, typename Run, typename Want>
void Check(const Window& window, bool dilated, Guard guard, std::mt19937& random, Run run,
           Want want) {
  const ConvSpec& s = window.spec;
  const int64_t src_pixel = s.src_stride != 0 ? s.src_stride : s.c;
  const int64_t dst_pixel = s.dst_stride != 0 ? s.dst_stride : s.c;
  Guarded<T> src((s.n * s.h * s.w - 1) * src_pixel + s.c, guard);
  Guarded<T> dst((s.n * window.oh * window.ow - 1) * dst_pixel + s.c, guard);
  for (int64_t i = 0; i < src.size(); ++i)
    src[i] = static_cast<T>(static_cast<int>(random() % 256));
  ThreadPool pool(1);
  run(src.data(), dst.data(), pool);
  EXPECT_TRUE(dst.Intact());
  for (int64_t pixel = 0; pixel < s.n * window.oh * window.ow; ++pixel) {
    const TapList taps = TapsOf(window, dilated, pixel / (window.oh * window.ow),
                                pixel / window.ow % window.oh, pixel % window.ow);
    for (int64_t c = 0; c < s.c; ++c) {
      std::vector<T> values;
      for (int64_t at : taps.pixels) values.push_back(src[at * src_pixel + c]);
      ASSERT_EQ(dst[pixel * dst_pixel + c], want(values, taps.padded))
          << "pixel " << pixel << ", channel " << c;
    }
  }
}

class EveryVariant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!DetectedIsas().has(GetParam()->isa))
      GTEST_SKIP() << "this CPU lacks " << Name(GetParam()->isa);
    usable = *IsaCap(Name(GetParam()->isa));
    ASSERT_EQ(&Pick(usable), GetParam());
  }

  // Every window with channel counts around the vectors' and the blocks' ends.
  template <typename Body>
  void ForWindows(Body body) {
    for (int64_t channels : {1, 3, 7, 8, 16, 17, 31, 32, 33, 63, 64, 65, 100, 130}) {
      int index = 0;
      for (const Window& window : Windows(channels)) {
        SCOPED_TRACE("window " + std::to_string(index++) + ", " + std::to_string(channels) +
                     " channels");
        body(window, index % 2 != 0 ? Guard::kBefore : Guard::kAfter);
        if (HasFailure()) return;
      }
    }
  }

  IsaSet usable;
  std::mt19937 random{1};
};

template <typename T>
T Largest(const std::vector<T>& values) {
  using Limits = std::numeric_limits<T>;
  T best = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  for (T x : values) best = std::max(best, x);
  return best;
}

TEST_P(EveryVariant, MaxF32) {
  ForWindows([&](const Window& window, Guard guard) {
    Check<float>(
        window, true, guard, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { MaxF32(window, src, dst, pool, usable); },
        [](const std::vector<float>& taps, int64_t) { return Largest(taps); });
  });
}

TEST_P(EveryVariant, MaxU8) {
  ForWindows([&](const Window& window, Guard guard) {
    Check<uint8_t>(
        window, true, guard, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { MaxU8(window, src, dst, pool, usable); },
        [](const std::vector<uint8_t>& taps, int64_t) { return Largest(taps); });
  });
}

// What Check wants of averages.
auto MeanF32(const Window& window) {
  return [&window](const std::vector<float>& taps, int64_t padded) {
    float sum = 0;
    for (float x : taps) sum += x;
    const auto count = window.count_include_pad ? padded : static_cast<int64_t>(taps.size());
    return sum / static_cast<float>(std::max<int64_t>(count, 1));
  };
}

auto MeanU8(const Window& window, QuantParams from, QuantParams to) {
  return [&window, from, to](const std::vector<uint8_t>& taps, int64_t padded) {
    int32_t sum = 0;
    for (uint8_t q : taps) sum += q - from.zero_point;
    const auto count = window.count_include_pad ? padded : static_cast<int64_t>(taps.size());
    const float factor = from.scale / (to.scale * static_cast<float>(std::max<int64_t>(count, 1)));
    return RoundClamp(static_cast<float>(sum) * factor, to.zero_point, 0, 255);
  };
}

TEST_P(EveryVariant, AverageF32) {
  ForWindows([&](const Window& window, Guard guard) {
    Check<float>(
        window, false, guard, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { AverageF32(window, src, dst, pool, usable); },
        MeanF32(window));
  });
}

TEST_P(EveryVariant, AverageU8) {
  for (const auto& [from, to] : {std::pair{QuantParams{0.1f, 3}, QuantParams{0.07f, 250}},
                                 {QuantParams{1.0f, 255}, QuantParams{1.0f, 0}},
                                 {QuantParams{1.0f, 0}, QuantParams{2.0f, 0}},  // Halves.
                                 {QuantParams{1e30f, 3}, QuantParams{1e-3f, 250}}}) {
    const QuantParams src_quant = from, dst_quant = to;
    ForWindows([&](const Window& window, Guard guard) {
      Check<uint8_t>(
          window, false, guard, random,
          [&](auto* src, auto* dst, ThreadPool& pool) {
            AverageU8(window, src_quant, dst_quant, src, dst, pool, usable);
          },
          MeanU8(window, src_quant, dst_quant));
    });
  }
}

// Long runs, and windows that share columns and rows of taps, of far images.
TEST_P(EveryVariant, MaxOfFarImages) {
  for (const int64_t kernel : {2, 3}) {
    ConvSpec spec{.n = 2, .h = 80, .w = 100, .c = 80, .kh = kernel, .kw = kernel, .stride_h = 2};
    spec.stride_w = 2;
    spec.pad_top = spec.pad_left = spec.pad_right = kernel - 2;
    const Window window{spec, spec.oh(), spec.ow()};
    Check<uint8_t>(
        window, true, Guard::kAfter, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { MaxU8(window, src, dst, pool, usable); },
        [](const std::vector<uint8_t>& taps, int64_t) { return Largest(taps); });
    Check<float>(
        window, true, Guard::kBefore, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { MaxF32(window, src, dst, pool, usable); },
        [](const std::vector<float>& taps, int64_t) { return Largest(taps); });
  }
}

// Sources that are read in the order of memory, from beyond the nearest cache and from far: by
// rows, with pixels of which sums do not all fit at once; and by the taps of pixels wider than a
// block.
TEST_P(EveryVariant, InTheOrderOfMemory) {
  struct Case {
    int64_t kernel, stride, h, w, channels;
  };
  for (const Case& c : {Case{2, 2, 28, 60, 70}, Case{3, 2, 29, 61, 67}, Case{2, 2, 40, 401, 70},
                        Case{3, 3, 30, 61, 530}, Case{3, 2, 31, 41, 530}, Case{7, 7, 21, 28, 1100},
                        Case{2, 1, 30, 45, 257}}) {
    SCOPED_TRACE(testing::Message() << c.kernel << " " << c.channels);
    ConvSpec spec{.n = 2, .h = c.h, .w = c.w, .c = c.channels, .kh = c.kernel, .kw = c.kernel};
    spec.stride_h = spec.stride_w = c.stride;
    spec.pad_top = spec.pad_left = spec.pad_bottom = spec.pad_right = (c.kernel - 1) / 2;
    spec.src_stride = c.channels + 1;
    spec.dst_stride = c.channels + 2;
    const Window window{spec, spec.oh(), spec.ow()};
    Check<uint8_t>(
        window, true, Guard::kAfter, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { MaxU8(window, src, dst, pool, usable); },
        [](const std::vector<uint8_t>& taps, int64_t) { return Largest(taps); });
    Check<float>(
        window, true, Guard::kBefore, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { MaxF32(window, src, dst, pool, usable); },
        [](const std::vector<float>& taps, int64_t) { return Largest(taps); });
    Check<float>(
        window, false, Guard::kAfter, random,
        [&](auto* src, auto* dst, ThreadPool& pool) { AverageF32(window, src, dst, pool, usable); },
        MeanF32(window));
    const QuantParams from{0.1f, 3}, to{0.07f, 250};
    Check<uint8_t>(
        window, false, Guard::kBefore, random,
        [&](auto* src, auto* dst, ThreadPool& pool) {
          AverageU8(window, from, to, src, dst, pool, usable);
        },
        MeanU8(window, from, to));
  }
}

// NaN never wins; of zeros the first in row order does, whose sign it has. In the nearest cache,
// and by rows.
TEST_P(EveryVariant, MaxOfNaNsAndZeros) {
  for (const int64_t channels : {19, 300}) {
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInf = std::numeric_limits<float>::infinity();
    const ConvSpec spec{
        .h = 7, .w = 21, .c = channels, .kh = 3, .kw = 3, .stride_h = 2, .stride_w = 2};
    const Window window{spec, spec.oh(), spec.ow()};
    Guarded<float> src(7 * 21 * channels), dst(window.oh * window.ow * channels);
    static constexpr float kValues[] = {kNaN, 0.0f, -0.0f, -1.0f, -kInf};
    for (int64_t i = 0; i < src.size(); ++i) src[i] = random() % 2 ? kNaN : kValues[random() % 5];
    ThreadPool pool(1);
    MaxF32(window, src.data(), dst.data(), pool, usable);
    for (int64_t i = 0; i < dst.size(); ++i) {
      float want = -kInf;
      for (int64_t tap :
           TapsOf(window, true, 0, i / channels / window.ow, i / channels % window.ow).pixels) {
        const float x = src[tap * channels + i % channels];
        if (x > want) want = x;
      }
      ASSERT_EQ(dst[i], want);
      ASSERT_EQ(std::signbit(dst[i]), std::signbit(want)) << i;
    }
  }
}
// More taps than the sums of 16 bits hold, in both directions.
TEST_P(EveryVariant, AverageOfManyTaps) {
  for (const auto& [h, w] : {std::pair<int64_t, int64_t>{40, 19}, {3, 300}, {300, 1}}) {
    const ConvSpec spec{.h = h, .w = w, .c = 67, .kh = h, .kw = w};
    Guarded<uint8_t> src(h * w * 67), dst(67);
    for (int64_t i = 0; i < src.size(); ++i) {
      src[i] = i % 3 != 0 ? 255 : static_cast<uint8_t>(random());
    }
    ThreadPool pool(1);
    AverageU8(Window{spec}, {0.1f, 7}, {0.11f, 9}, src.data(), dst.data(), pool, usable);
    for (int64_t c = 0; c < 67; ++c) {
      int32_t sum = 0;
      for (int64_t i = 0; i < h * w; ++i) sum += src[i * 67 + c] - 7;
      const float factor = 0.1f / (0.11f * static_cast<float>(h * w));
      ASSERT_EQ(dst[c], RoundClamp(static_cast<float>(sum) * factor, 9, 0, 255)) << h << " " << c;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pool, EveryVariant,
                         testing::ValuesIn(AllVariants().begin(), AllVariants().end()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Pool, TwoThreadsGiveTheSame) {
  const ConvSpec spec{.n = 2,
                      .h = 54,  // Threads begin within rows of pixels.
                      .w = 57,
                      .c = 40,
                      .kh = 3,
                      .kw = 3,
                      .stride_h = 2,
                      .stride_w = 2,
                      .pad_top = 1,
                      .pad_left = 1};
  const Window window{spec, spec.oh(), spec.ow()};
  std::vector<uint8_t> src(static_cast<size_t>(2 * 54 * 57 * 40));
  std::mt19937 random(3);
  for (uint8_t& x : src) x = static_cast<uint8_t>(random());
  std::vector<uint8_t> one(static_cast<size_t>(2 * window.oh * window.ow * 40)), two(one.size());
  ThreadPool single(1), pair(2);
  AverageU8(window, {0.1f, 9}, {0.2f, 3}, src.data(), one.data(), single);
  AverageU8(window, {0.1f, 9}, {0.2f, 3}, src.data(), two.data(), pair);
  EXPECT_EQ(one, two);
  MaxU8(window, src.data(), one.data(), single);
  MaxU8(window, src.data(), two.data(), pair);
  EXPECT_EQ(one, two);
}

}  // namespace
}  // namespace assay::pool
