// Average pooling of reals, for a vector type V (kernels/elementwise/vec_*.h).
#pragma once

#include "kernels/pool/vectors.h"

namespace assay::pool {
namespace {

// The quotients of a divisor. A power of two is divided by in multiplying, which gives the same
// bits; a division takes as long as reading ten vectors.
template <typename V>
struct Divide {
  [[gnu::always_inline]] explicit Divide(float by)
      : divisor(V::Set(by)),
        reciprocal(V::Set(1 / by)),
        exact((__builtin_bit_cast(uint32_t, by) & 0x7fffff) == 0) {}
  [[gnu::always_inline]] typename V::Float operator()(typename V::Float x) const {
    return exact ? V::Mul(x, reciprocal) : V::Div(x, divisor);
  }
  typename V::Float divisor, reciprocal;
  bool exact;
};

// kVectors vectors of channels of one pixel: independent sums hide the latency of additions.
template <typename V, int kVectors, typename Lanes>
[[gnu::always_inline]] inline void AverageOfPixel(const Taps<float>& run, const float* src,
                                                  const Divide<V>& divide, float* dst,
                                                  Lanes lanes) {
  typename V::Float sums[kVectors];
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) sums[v] = V::Set(0);
  for (int64_t row = 0; row < run.rows; ++row) {
    const float* tap = src + row * run.row_step;
    for (int64_t col = 0; col < run.cols; ++col, tap += run.col_step) {
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        sums[v] = V::Add(sums[v], V::Load(tap + v * V::kFloats, lanes));
      }
    }
  }
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) V::Store(dst + v * V::kFloats, divide(sums[v]), lanes);
}

template <typename V>
void AverageF32(const Taps<float>& run, int64_t channels, float divisor, float* dst) {
  const Divide<V> divide(divisor);
  for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
    const float* src = run.src + pixel * run.pixel_step;
    float* to = dst + pixel * run.dst_step;
    ForBlocks<V::kFloats, V::kRegisters / 2, typename V::All, typename V::First>(
        channels, [&]<int kVectors>(int64_t channel, auto lanes) __attribute__((always_inline)) {
          AverageOfPixel<V, kVectors>(run, src + channel, divide, to + channel, lanes);
        });
  }
}

}  // namespace
}  // namespace assay::pool
