// Average pooling of bytes, for a vector type V (kernels/elementwise/vec_*.h).
//
// Bytes are summed as pairs, in 16 bits, by three instructions a vector: once as they are, modulo
// 2^16, which is even + 256 * odd, and once shifted, which is odd. After at most 256 taps, when
// neither sum can have wrapped, the first minus 256 times the second is even. Windows of four taps
// interleave them in pairs instead, which dot products with ones add up in order. They are bound
// by requantizing: about 20 of 32 vector instructions for a vector of results.
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
// kBounded: the product is known to lie within +-2^30, the packs clamp it.
template <typename V, bool kBounded>
struct Requantize {
  [[gnu::always_inline]] Requantize(int32_t offset, float factor, int32_t zero_point)
      : offset(V::Set32(offset)),
        factor(V::Set(factor)),
        max(V::Set(static_cast<float>(255 - zero_point))),
        zero_point(V::Set16(zero_point)) {}
  [[gnu::always_inline]] typename V::Int operator()(const typename V::Int (&sums)[4]) const {
    return Reals(
        {{V::ToFloat(sums[0]), V::ToFloat(sums[1]), V::ToFloat(sums[2]), V::ToFloat(sums[3])}});
  }
  [[gnu::always_inline]] typename V::Int Reals(const elementwise::Floats<V>& sums) const {
    typename V::Int q[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      const auto x = V::Mul(sums.v[v], factor);
      q[v] = V::ToInt(kBounded ? x : V::Min(max, x));
    }
    return elementwise::Narrow<V>(q, zero_point);
  }
  typename V::Int offset;
  typename V::Float factor, max;
  typename V::Int zero_point;
};

// kVectors vectors of channels of one pixel.
template <typename V, bool kBounded, int kVectors, typename Lanes>
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
    const int64_t cols = std::min(run.cols, kMostTaps);
    const int64_t rows = cols > 0 ? kMostTaps / cols : 1;
    for (int64_t row = 0; row < run.rows; row += rows) {
      for (int64_t col = 0; col < run.cols; col += cols) {
        Add(row, std::min(row + rows, run.rows), col, std::min(col + cols, run.cols));
      }
    }
  }

  [[gnu::always_inline]] void Average(const Requantize<V, kBounded>& requantize, uint8_t* dst) {
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

// The same of 2 x 2 taps.
template <typename V, bool kBounded, int kVectors, typename Lanes>
[[gnu::always_inline]] inline void AverageOfFour(const Taps<uint8_t>& run, const uint8_t* src,
                                                 Lanes lanes,
                                                 const Requantize<V, kBounded>& requantize,
                                                 typename V::Float two_to_23_less_offset,
                                                 uint8_t* dst) {
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v, src += V::kBytes, dst += V::kBytes) {
    const auto a = V::LoadBytes(src, lanes), b = V::LoadBytes(src + run.col_step, lanes);
    const auto c = V::LoadBytes(src + run.row_step, lanes);
    const auto d = V::LoadBytes(src + run.row_step + run.col_step, lanes);
    const auto lo = V::Add16(V::SumPairs8(V::UnpackLo8(a, b)), V::SumPairs8(V::UnpackLo8(c, d)));
    const auto hi = V::Add16(V::SumPairs8(V::UnpackHi8(a, b)), V::SumPairs8(V::UnpackHi8(c, d)));
    const auto sums = elementwise::WidenWords<V>(lo, hi, two_to_23_less_offset);
    V::StoreBytes(dst, requantize.Reals(sums), lanes);
  }
}

template <typename V, bool kBounded>
void AverageOfRun(const Taps<uint8_t>& run, int64_t channels, int32_t offset,
                  const Requantize<V, kBounded>& requantize, uint8_t* dst) {
  const bool four = run.rows == 2 && run.cols == 2 && offset > -(1 << 22) && offset < 1 << 22;
  const auto bias = V::Set(0x1p23f - static_cast<float>(offset));
  for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
    const uint8_t* src = run.src + pixel * run.pixel_step;
    uint8_t* to = dst + pixel * run.dst_step;
    ForBlocks<V::kBytes, 4, typename V::All, typename V::FirstBytes>(
        channels, [&]<int kVectors>(int64_t channel, auto lanes) __attribute__((always_inline)) {
          if (four) {
            AverageOfFour<V, kBounded, kVectors>(run, src + channel, lanes, requantize, bias,
                                                 to + channel);
          } else {
            Pixel<V, kBounded, kVectors, decltype(lanes)>{run, src + channel, lanes, {}}.Average(
                requantize, to + channel);
          }
        });
  }
}

// Words that sums of bytes are kept in, two vectors for one of bytes.
template <typename V>
struct KeptSums {
  uint8_t* at;

  [[gnu::always_inline]] PairSums<V> Load(int64_t channel) const {
    const uint8_t* p = at + 2 * channel;
    return {V::LoadBytes(p, typename V::All()), V::LoadBytes(p + V::kBytes, typename V::All())};
  }
  [[gnu::always_inline]] void Store(int64_t channel, const PairSums<V>& sums) const {
    V::StoreBytes(at + 2 * channel, sums.pairs, typename V::All());
    V::StoreBytes(at + 2 * channel + V::kBytes, sums.odd, typename V::All());
  }
};

template <typename V, bool kBounded>
struct PieceOfAverage {
  const Taps<uint8_t>& run;
  const Requantize<V, kBounded>& requantize;
  const Piece<uint8_t>& piece;
  KeptSums<V> kept;
  uint8_t* dst;

  template <typename Lanes>
  [[gnu::always_inline]] void Add(int64_t channel, Lanes lanes) const {
    PairSums<V> sums;
    if (piece.begun) sums = kept.Load(channel);
    const uint8_t* tap = piece.src + channel;
    sums.Add(V::LoadBytes(tap, lanes));
    for (int64_t col = 1; col < piece.cols; ++col) {
      sums.Add(V::LoadBytes(tap += run.col_step, lanes));
    }
    if (!piece.ends) return kept.Store(channel, sums);
    typename V::Int q[4] = {requantize.offset, requantize.offset, requantize.offset,
                            requantize.offset};
    sums.AddTo(q);
    V::StoreBytes(dst + channel, requantize(q), lanes);
  }
};

// Reads in the run's order, unless the sums do not fit into words, or into half of the nearest
// cache.
template <typename V, bool kBounded>
void AverageInOrder(const Taps<uint8_t>& run, int64_t channels, int32_t offset,
                    const Requantize<V, kBounded>& requantize, uint8_t* dst) {
  constexpr int64_t kMostSums = 16384,
                    kMostTaps = Pixel<V, kBounded, 1, typename V::All>::kMostTaps;
  const int64_t pixel_sums = (channels + V::kBytes - 1) / V::kBytes * 2 * V::kBytes;
  const int64_t pixels = kMostSums / pixel_sums;
  if (run.order == Order::kAny || run.rows * run.cols > kMostTaps || pixels == 0) {
    return AverageOfRun<V, kBounded>(run, channels, offset, requantize, dst);
  }
  alignas(64) uint8_t sums[kMostSums];
  for (int64_t begin = 0; begin < run.pixels; begin += pixels, dst += pixels * run.dst_step) {
    Taps<uint8_t> some = run;
    some.src += begin * run.pixel_step;
    some.pixels = std::min(pixels, run.pixels - begin);
    ForPieces(
        some, [&](const Piece<uint8_t>& piece) __attribute__((always_inline)) {
          const PieceOfAverage<V, kBounded> average = {run,
                                                       requantize,
                                                       piece,
                                                       {sums + piece.pixel * pixel_sums},
                                                       dst + piece.pixel * run.dst_step};
          ForBlocks<V::kBytes, 4, typename V::All, typename V::FirstBytes>(
              channels, [&]<int kVectors>(int64_t channel, auto lanes)
                            __attribute__((always_inline)) {
#pragma GCC unroll 4
                              for (int v = 0; v < kVectors; ++v)
                                average.Add(channel + v * V::kBytes, lanes);
                            });
        });
  }
}

template <typename V>
void AverageU8(const Taps<uint8_t>& run, int64_t channels, int32_t offset, float factor,
               int32_t zero_point, uint8_t* dst) {
  const float most = 255 * static_cast<float>(run.rows) * static_cast<float>(run.cols) +
                     __builtin_fabsf(static_cast<float>(offset));
  if (most * __builtin_fabsf(factor) <= 0x1p30f) {
    AverageInOrder<V, true>(run, channels, offset, {offset, factor, zero_point}, dst);
  } else {
    AverageInOrder<V, false>(run, channels, offset, {offset, factor, zero_point}, dst);
  }
}

}  // namespace
}  // namespace assay::pool
