// Average pooling of bytes, for a vector type V (kernels/elementwise/vec_*.h).
//
// Bytes are summed as pairs, in 16 bits, by three instructions a vector: once as they are, modulo
// 2^16, which is even + 256 * odd, and once shifted, which is odd. After at most 256 taps, when
// neither sum can have wrapped, the first minus 256 times the second is even. Small windows are
// bound by requantizing: about 35 of 50 vector instructions for a result of 2 x 2. Eight vectors at
// a time, not four, lose a tenth from L2.
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

// kVectors vectors of channels of one pixel; kRows and kCols of the window, or 0: as the run says.
template <typename V, int kRows, int kCols, int kVectors, typename Lanes>
struct Pixel {
  static constexpr int64_t kMostTaps = 256;

  const Taps<uint8_t>& run;
  const uint8_t* src;
  Lanes lanes;
  typename V::Int sums[kVectors][4];

  // Rows [row, row_end) and columns [col, col_end) of the window, at most kMostTaps.
  [[gnu::always_inline]] void Add(int64_t row, int64_t row_end, int64_t col, int64_t col_end) {
    PairSums<V> pairs[kVectors];
    for (; row < row_end; ++row) {
      const uint8_t* tap = src + row * run.row_step + col * run.col_step;
      for (int64_t i = col; i < col_end; ++i, tap += run.col_step) {
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) pairs[v].Add(V::LoadBytes(tap + v * V::kBytes, lanes));
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) pairs[v].AddTo(sums[v]);
  }

  [[gnu::always_inline]] void AddAll() {
    if constexpr (kRows > 0) return Add(0, kRows, 0, kCols);
    const int64_t cols = std::min(run.cols, kMostTaps);
    const int64_t rows = cols > 0 ? kMostTaps / cols : 1;
    for (int64_t row = 0; row < run.rows; row += rows) {
      for (int64_t col = 0; col < run.cols; col += cols) {
        Add(row, std::min(row + rows, run.rows), col, std::min(col + cols, run.cols));
      }
    }
  }

  [[gnu::always_inline]] void Average(const Requantize<V>& requantize, uint8_t* dst) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) sums[v][i] = requantize.offset;
    }
    AddAll();
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      V::StoreBytes(dst + v * V::kBytes, requantize(sums[v]), lanes);
    }
  }
};

template <typename V, int kRows, int kCols>
void AverageOfRun(const Taps<uint8_t>& run, int64_t channels, const Requantize<V>& requantize,
                  uint8_t* dst) {
  for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
    const uint8_t* src = run.src + pixel * run.pixel_step;
    uint8_t* to = dst + pixel * run.dst_step;
    ForBlocks<V::kBytes, 4, typename V::All, typename V::FirstBytes>(
        channels, [&]<int kVectors>(int64_t channel, auto lanes) __attribute__((always_inline)) {
          Pixel<V, kRows, kCols, kVectors, decltype(lanes)>{run, src + channel, lanes, {}}.Average(
              requantize, to + channel);
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
