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

// kVectors vectors of channels of one pixel: independent sums hide the latency of additions. Sums
// that have begun are in dst, and stay there undivided unless they end.
template <typename V, int kVectors, typename Lanes>
[[gnu::always_inline]] inline void AverageOfPixel(const Taps<float>& run, int64_t rows,
                                                  const Piece<float>& piece, int64_t channel,
                                                  const Divide<V>& divide, float* dst,
                                                  Lanes lanes) {
  typename V::Float sums[kVectors];
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
    sums[v] = piece.begun ? V::Load(dst + channel + v * V::kFloats, lanes) : V::Set(0);
  }
  for (int64_t row = 0; row < rows; ++row) {
    const float* tap = piece.src + channel + row * run.row_step;
    for (int64_t col = 0; col < piece.cols; ++col, tap += run.col_step) {
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        sums[v] = V::Add(sums[v], V::Load(tap + v * V::kFloats, lanes));
      }
    }
  }
  if (piece.ends) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) sums[v] = divide(sums[v]);
  }
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
    V::Store(dst + channel + v * V::kFloats, sums[v], lanes);
  }
}

// kBlock vectors at a time.
template <typename V, int kBlock>
[[gnu::always_inline]] inline void AverageOfPiece(const Taps<float>& run, int64_t rows,
                                                  const Piece<float>& piece, int64_t channels,
                                                  const Divide<V>& divide, float* dst) {
  ForBlocks<V::kFloats, kBlock, typename V::All, typename V::First>(
      channels, [&]<int kVectors>(int64_t channel, auto lanes) __attribute__((always_inline)) {
        AverageOfPixel<V, kVectors>(run, rows, piece, channel, divide,
                                    dst + piece.pixel * run.dst_step, lanes);
      });
}

template <typename V>
void AverageF32(const Taps<float>& run, int64_t channels, float divisor, float* dst) {
  const Divide<V> divide(divisor);
  if (run.order == Order::kAny) {
    for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
      AverageOfPiece<V, V::kRegisters / 2>(
          run, run.rows, {run.src + pixel * run.pixel_step, run.cols, pixel, false, true}, channels,
          divide, dst);
    }
    return;
  }
  // Of sixteen vectors at a time the hardware fetches only half as many in advance.
  ForPieces(
      run, [&](const Piece<float>& piece) __attribute__((always_inline)) {
        AverageOfPiece<V, 4>(run, 1, piece, channels, divide, dst);
      });
}

}  // namespace
}  // namespace assay::pool
