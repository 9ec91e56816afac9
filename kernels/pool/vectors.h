// What pooling walks over: the vectors of a pixel's channels, in blocks of several.
// Include only in variants.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/pool/variant.h"

namespace assay::pool {
namespace {

// Calls body.operator()<vectors>(channel, lanes): blocks of kBlock vectors of kLanes channels, then
// of a quarter, then single ones; the last may be a part.
template <int64_t kLanes, int kBlock, typename All, typename First, typename Body>
[[gnu::always_inline]] inline void ForBlocks(int64_t channels, Body body) {
  int64_t channel = 0;
  for (; channel + kBlock * kLanes <= channels; channel += kBlock * kLanes) {
    body.template operator()<kBlock>(channel, All());
  }
  for (; channel + kBlock / 4 * kLanes <= channels; channel += kBlock / 4 * kLanes) {
    body.template operator()<kBlock / 4>(channel, All());
  }
  for (; channel + kLanes <= channels; channel += kLanes) {
    body.template operator()<1>(channel, All());
  }
  if (channel < channels) body.template operator()<1>(channel, First(channels - channel));
}

// Some adjacent taps of a pixel's row of taps. Results are kept between them: there are any if they
// have begun, and after the pixel's last taps they end.
template <typename T>
struct Piece {
  const T* src;
  int64_t cols, pixel;
  bool begun, ends;
};

// Calls body(piece) for all of a run in its order.
template <typename T, typename Body>
[[gnu::always_inline]] inline void ForPieces(const Taps<T>& run, Body body) {
  const int64_t cols = run.order == Order::kTaps ? 1 : run.cols;
  for (int64_t row = 0; row < run.rows; ++row) {
    for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
      const T* src = run.src + row * run.row_step + pixel * run.pixel_step;
      for (int64_t col = 0; col < run.cols; col += cols, src += cols * run.col_step) {
        body(Piece<T>{src, cols, pixel, row > 0 || col > 0,
                      row + 1 == run.rows && col + cols == run.cols});
      }
    }
  }
}

// A vector of floats, and of bytes, with V's operations.
template <typename V>
struct F32 {
  using T = float;
  using Reg = typename V::Float;
  using All = typename V::All;
  using First = typename V::First;
  static constexpr int64_t kLanes = V::kFloats;

  template <typename Lanes>
  [[gnu::always_inline]] static Reg Load(const T* p, Lanes lanes) {
    return V::Load(p, lanes);
  }
  template <typename Lanes>
  [[gnu::always_inline]] static void Store(T* p, Reg x, Lanes lanes) {
    V::Store(p, x, lanes);
  }
  [[gnu::always_inline]] static Reg Lowest() { return V::Set(-__builtin_inff()); }
  // Max(x, Lowest()).
  [[gnu::always_inline]] static Reg Start(Reg x) { return V::Max(x, Lowest()); }
  // best where x is NaN or equal.
  [[gnu::always_inline]] static Reg Max(Reg x, Reg best) { return V::Max(x, best); }
};

template <typename V>
struct U8 {
  using T = uint8_t;
  using Reg = typename V::Int;
  using All = typename V::All;
  using First = typename V::FirstBytes;
  static constexpr int64_t kLanes = V::kBytes;

  template <typename Lanes>
  [[gnu::always_inline]] static Reg Load(const T* p, Lanes lanes) {
    return V::LoadBytes(p, lanes);
  }
  template <typename Lanes>
  [[gnu::always_inline]] static void Store(T* p, Reg x, Lanes lanes) {
    V::StoreBytes(p, x, lanes);
  }
  [[gnu::always_inline]] static Reg Lowest() { return V::Zero(); }
  [[gnu::always_inline]] static Reg Start(Reg x) { return x; }
  [[gnu::always_inline]] static Reg Max(Reg x, Reg best) { return V::Max8(x, best); }
};

}  // namespace
}  // namespace assay::pool
