// Winograd's F(4,3) of integers in one dimension, exactly: points 0, +-1, +-2 and infinity, at
// which all constants are integers once the weights' are multiplied by 24, or the last by 12
// (exact_weights.h). V is a vector type (vec_integers_*.h). Include only in variants.
//
// u8 sources, transformed twice, are within -12,750 and 17,340. Sums of products are 24^2 times
// what is wanted, modulo 2^32: times the inverse of 9 that is 64 times it, which SumsFit promises
// to be within int32.
#pragma once

#include <cstdint>

#include "kernels/gemm/variant.h"
#include "kernels/winograd/transforms.h"

namespace assay::winograd {
namespace {

// Of the source: bytes to s16.
template <typename V>
struct F4Words {
  using Reg = typename V::Reg;
  using Source = uint8_t;
  using Element = int16_t;
  static constexpr int kPoints = 6;

  static constexpr int kInputParts = 4;
  static constexpr int InputCount(int part) { return part == 1 || part == 2 ? 2 : 1; }
  static constexpr int InputAt(int part, int i) { return part == 0 ? 0 : 2 * part - 1 + i; }

  template <int part, typename X>
  [[gnu::always_inline]] static void Input(const X& x, Reg (&y)[2]) {
    if constexpr (part == 0 || part == 3) {  // 4, 0, -5, 0, 1: of (x^2 - 1) (x^2 - 4).
      constexpr int first = part == 0 ? 0 : 1;
      const Reg middle = x(first + 2);
      y[0] = V::Add(V::Times4(V::Sub(x(first), middle)), V::Sub(x(first + 4), middle));
    } else {
      const Reg even = V::Sub(x(4), part == 1 ? V::Times4(x(2)) : x(2));
      const Reg odd = part == 1 ? V::Sub(x(3), V::Times4(x(1))) : V::Times2(V::Sub(x(3), x(1)));
      y[0] = V::Add(even, odd);
      y[1] = V::Sub(even, odd);
    }
  }
};

// Of the sums of products, s32.
template <typename V>
struct F4Sums {
  using Reg = typename V::Reg;
  using Element = int32_t;
  static constexpr int kOutputs = 4, kPoints = 6;

  static constexpr int kOutputParts = 2;
  static constexpr int OutputAt(int part, int i) { return part + 2 * i; }

  template <int part, typename X>
  [[gnu::always_inline]] static void Output(const X& x, Reg (&y)[2]) {
    if constexpr (part == 0) {
      const Reg sum_1 = V::Add(x(1), x(2)), sum_2 = V::Add(x(3), x(4));
      y[0] = V::Add(x(0), V::Add(sum_1, sum_2));
      y[1] = V::Add(sum_1, V::Times4(sum_2));
    } else {
      const Reg difference_1 = V::Sub(x(1), x(2)), twice_2 = V::Times2(V::Sub(x(3), x(4)));
      y[0] = V::Add(difference_1, twice_2);
      y[1] = V::Add(difference_1, V::Times2(V::Add(V::Times2(twice_2), x(5))));
    }
  }
};

// Bias, and all else that is behind the accumulators of bytes, a row of outputs at a time.
template <typename V, bool kTail, bool kWhole>
class FinishBytes {
 public:
  using Reg = typename V::Reg;

  [[gnu::always_inline]] FinishBytes(const OutputTile& t, int64_t channel)
      : t_(t),
        bias_(V::Load(static_cast<const int32_t*>(t.bias) + channel)),
        dst_(static_cast<uint8_t*>(t.dst) + channel),
        residual_(t.residual != nullptr ? static_cast<const uint8_t*>(t.residual) + channel
                                        : nullptr) {
    tile_.n = kTail ? t.channels - channel : V::kLanes;
    tile_.scale = t.scale + channel;
    tile_.stage = t.stage;
    tile_.dst_stride = t.dst_pixel;
    tile_.residual_stride = t.residual_pixel;
  }

  template <int row, int column>
  [[gnu::always_inline]] void Put(Reg y) {
    row_[column][0] = V::Add(V::Exact(y), bias_);
  }

  template <int row>
  [[gnu::always_inline]] void EndRow() {
    if constexpr (kWhole) {
      tile_.dst = dst_ + row * t_.dst_row;
      if (residual_ != nullptr) tile_.residual = residual_ + row * t_.residual_row;
      V::Finish(tile_, row_);
    } else if (row < t_.rows) {
      for (int64_t column = 0; column < t_.columns; ++column) One(row, column);
    }
  }

 private:
  [[gnu::noinline]] void One(int64_t row, int64_t column) {
    tile_.dst = dst_ + row * t_.dst_row + column * t_.dst_pixel;
    if (residual_ != nullptr) {
      tile_.residual = residual_ + row * t_.residual_row + column * t_.residual_pixel;
    }
    Reg one[1][1] = {{row_[column][0]}};
    V::Finish(tile_, one);
  }

  const OutputTile& t_;
  const Reg bias_;
  uint8_t* const dst_;
  const uint8_t* const residual_;
  gemm::Tile tile_{};  // Its rows are pixels.
  Reg row_[4][1];
};

}  // namespace
}  // namespace assay::winograd
