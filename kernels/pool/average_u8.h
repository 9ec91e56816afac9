// Average pooling of bytes, for a vector type V (kernels/elementwise/vec_*.h).
//
// Bytes are summed as pairs, in 16 bits, by three instructions a vector: once as they are, modulo
// 2^16, which is even + 256 * odd, and once shifted, which is odd. After at most 256 taps, when
// neither sum can have wrapped, the first minus 256 times the second is even.
#pragma once

#include "kernels/elementwise/rows.h"
#include "kernels/pool/vectors.h"

namespace assay::pool {
namespace {

template <typename V>
struct PairSums {
  typename V::Int pairs = V::Zero(), odd = V::Zero();

  [[gnu::always_inline]] void Add(typename V::Int x) {
    pairs = V::Add16(pairs, x);
    odd = V::Add16(odd, V::template ShiftRight16<8>(x));
  }
  // Adds the sums to those of 32 bits, four vectors in the order of unpacking.
  [[gnu::always_inline]] void AddTo(typename V::Int (&sums)[4]) const {
    const auto even = V::Sub16(pairs, V::template ShiftLeft16<8>(odd));
    const auto lo = V::UnpackLo16(even, odd), hi = V::UnpackHi16(even, odd);
    sums[0] = V::Add32(sums[0], V::UnpackLo16(lo, V::Zero()));
    sums[1] = V::Add32(sums[1], V::UnpackHi16(lo, V::Zero()));
    sums[2] = V::Add32(sums[2], V::UnpackLo16(hi, V::Zero()));
    sums[3] = V::Add32(sums[3], V::UnpackHi16(hi, V::Zero()));
  }
};

// sum of q + offset -> bytes: RoundClamp as elementwise::AddU8 does it.
template <typename V>
struct Requantize {
  [[gnu::always_inline]] Requantize(int32_t offset, float factor, int32_t zero_point)
      : offset(V::Set32(offset)),
        factor(V::Set(factor)),
        max(V::Set(static_cast<float>(255 - zero_point))),
        zero_point(V::Set16(zero_point)) {}
  [[gnu::always_inline]] typename V::Int operator()(const typename V::Int (&sums)[4]) const {
    typename V::Int q[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      q[v] = V::ToInt(V::Min(max, V::Mul(V::ToFloat(sums[v]), factor)));
    }
    return elementwise::Narrow<V>(q, zero_point, V::Zero(), V::Set8(255));
  }
  typename V::Int offset;
  typename V::Float factor, max;
  typename V::Int zero_point;
};

// Rows [row, row_end) x columns [col, col_end) of the window: at most 256 taps.
template <typename V, typename Lanes>
[[gnu::always_inline]] inline PairSums<V> SumTaps(const Taps<uint8_t>& run, const uint8_t* src,
                                                  int64_t row, int64_t row_end, int64_t col,
                                                  int64_t col_end, Lanes lanes) {
  PairSums<V> sums;
  for (; row < row_end; ++row) {
    const uint8_t* tap = src + row * run.row_step + col * run.col_step;
    for (int64_t i = col; i < col_end; ++i, tap += run.col_step) {
      sums.Add(V::LoadBytes(tap, lanes));
    }
  }
  return sums;
}

// One vector of channels of one pixel.
template <typename V, int kRows, int kCols, typename Lanes>
[[gnu::always_inline]] inline typename V::Int AverageOfPixel(const Taps<uint8_t>& run,
                                                             const uint8_t* src,
                                                             const Requantize<V>& requantize,
                                                             Lanes lanes) {
  constexpr int64_t kMost = 256;
  typename V::Int sums[4] = {requantize.offset, requantize.offset, requantize.offset,
                             requantize.offset};
  if constexpr (kRows > 0) {
    SumTaps<V>(run, src, 0, kRows, 0, kCols, lanes).AddTo(sums);
  } else {
    const int64_t cols = std::min(run.cols, kMost);
    const int64_t rows = cols > 0 ? kMost / cols : 1;
    for (int64_t row = 0; row < run.rows; row += rows) {
      for (int64_t col = 0; col < run.cols; col += cols) {
        SumTaps<V>(run, src, row, std::min(row + rows, run.rows), col,
                   std::min(col + cols, run.cols), lanes)
            .AddTo(sums);
      }
    }
  }
  return requantize(sums);
}

template <typename V, int kRows, int kCols>
void AverageOfRun(const Taps<uint8_t>& run, int64_t channels, const Requantize<V>& requantize,
                  uint8_t* dst) {
  for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
    const uint8_t* src = run.src + pixel * run.pixel_step;
    uint8_t* to = dst + pixel * run.dst_step;
    ForVectors<V::kBytes, typename V::All, typename V::FirstBytes>(
        channels, [&](int64_t channel, auto lanes) __attribute__((always_inline)) {
          const auto bytes = AverageOfPixel<V, kRows, kCols>(run, src + channel, requantize, lanes);
          V::StoreBytes(to + channel, bytes, lanes);
        });
  }
}

template <typename V>
void AverageU8(const Taps<uint8_t>& run, int64_t channels, int32_t offset, float factor,
               int32_t zero_point, uint8_t* dst) {
  const Requantize<V> requantize(offset, factor, zero_point);
  if (run.rows == 2 && run.cols == 2) {
    return AverageOfRun<V, 2, 2>(run, channels, requantize, dst);
  }
  AverageOfRun<V, 0, 0>(run, channels, requantize, dst);
}

}  // namespace
}  // namespace assay::pool
