// The transforms, for a vector type V (kernels/vector/f32_*.h). Include only in variants.
//
// One vector of channels at a time. A transform of a tile is the one-dimensional one down its
// columns, then along the rows of what that gave. Rows that share terms are made together, two at
// the most:
//
//   rows[2][p]  12  two rows of the half-transformed tile
//   y[2]         2  of the second pass, stored at once
//
// and the six constants of F(4,3). So nothing but operands is loaded and results stored; the price
// is that a source row is read again for each pair it has a part in (84 loads for 36 of
// F(4x4,3x3)), from the first-level cache. Keeping all 36 halfway results would store and load them
// all.
// Measured on Zen 4, all within 5 %: steps instead of a pointer per pixel; additions, which have
// ports of their own, for the last step of a pair; four source rows at once (60 loads, 24 halfway
// results in registers; done to the products, it spills).
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/unroll.h"
#include "kernels/vector/channels.h"
#include "kernels/winograd/points.h"
#include "kernels/winograd/variant.h"

namespace assay::winograd {
namespace {

using gemm::Unroll;

// F(2,3) in one dimension. `x(i)` is element i. Each part makes kCount elements of the result.
template <typename V>
struct F2 {
  using Float = typename V::Float;
  static constexpr int kOutputs = 2, kPoints = 4;

  static constexpr int kInputParts = 3;
  static constexpr int InputCount(int part) { return part == 1 ? 2 : 1; }
  static constexpr int InputAt(int part, int i) { return part + i + (part == 2 ? 1 : 0); }

  template <int part, typename X>
  [[gnu::always_inline]] static void Input(const X& x, Float (&y)[2]) {
    if constexpr (part == 0) {
      y[0] = V::Sub(x(2), x(0));
    } else if constexpr (part == 1) {
      y[0] = V::Add(x(2), x(1));
      y[1] = V::Sub(x(2), x(1));
    } else {
      y[0] = V::Sub(x(3), x(1));
    }
  }

  static constexpr int kOutputParts = 1;
  static constexpr int OutputAt(int, int i) { return i; }

  template <int, typename X>
  [[gnu::always_inline]] static void Output(const X& x, Float (&y)[2]) {
    y[0] = V::Add(x(0), V::Add(x(1), x(2)));
    y[1] = V::Add(V::Sub(x(1), x(2)), x(3));
  }
};

// F(4,3) in one dimension, points 0, +-a, +-b, infinity.
template <typename V>
struct F4 {
  using Float = typename V::Float;
  static constexpr int kOutputs = 4, kPoints = 6;
  static constexpr float a = kPointA, b = kPointB;

  static constexpr int kInputParts = 4;
  static constexpr int InputCount(int part) { return part == 1 || part == 2 ? 2 : 1; }
  static constexpr int InputAt(int part, int i) { return part == 0 ? 0 : 2 * part - 1 + i; }

  template <int part, typename X>
  [[gnu::always_inline]] static void Input(const X& x, Float (&y)[2]) {
    if constexpr (part == 0 || part == 3) {  // Coefficients of (x^2 - a^2) (x^2 - b^2).
      constexpr int first = part == 0 ? 0 : 1;
      y[0] = V::MulAdd(V::Set(a * a * b * b), x(first),
                       V::NegMulAdd(V::Set(a * a + b * b), x(first + 2), x(first + 4)));
    } else {
      const Float point = V::Set(part == 1 ? a : b);
      const Float square = V::Set(part == 1 ? b * b : a * a);  // Of the other pair.
      const Float even = V::NegMulAdd(square, x(2), x(4));
      const Float odd = V::NegMulAdd(square, x(1), x(3));
      y[0] = V::MulAdd(point, odd, even);
      y[1] = V::NegMulAdd(point, odd, even);
    }
  }

  static constexpr int kOutputParts = 2;
  static constexpr int OutputAt(int part, int i) { return part + 2 * i; }

  template <int part, typename X>
  [[gnu::always_inline]] static void Output(const X& x, Float (&y)[2]) {
    if constexpr (part == 0) {
      const Float sum_a = V::Add(x(1), x(2)), sum_b = V::Add(x(3), x(4));
      y[0] = V::Add(x(0), V::Add(sum_a, sum_b));
      y[1] = V::MulAdd(V::Set(a * a), sum_a, V::Mul(V::Set(b * b), sum_b));
    } else {
      const Float difference_a = V::Sub(x(1), x(2)), difference_b = V::Sub(x(3), x(4));
      y[0] = V::MulAdd(V::Set(a), difference_a, V::Mul(V::Set(b), difference_b));
      y[1] = V::MulAdd(V::Set(a * a * a), difference_a,
                       V::MulAdd(V::Set(b * b * b), difference_b, x(5)));
    }
  }
};

// Channels [channel, channel + lanes) of a tile.
template <typename V, typename F, bool kTail>
[[gnu::always_inline]] inline void TransformInput(const InputTile& t, int64_t channel) {
  using Float = typename V::Float;
  constexpr int kPoints = F::kPoints;
  const Channels<V, kTail> channels(kTail ? t.channels - channel : V::kLanes);
  float* const dst = t.dst + channel;
  Unroll<F::kInputParts>([&]<int part>() __attribute__((always_inline)) {
    constexpr int kRows = F::InputCount(part);
    Float rows[2][kPoints];
    Unroll<kPoints>([&]<int column>() __attribute__((always_inline)) {
      Float y[2];
      F::template Input<part>(
          [&](int row) __attribute__((always_inline)) {
            return channels.Load(t.pixels[row * kPoints + column] + channel);
          },
          y);
      Unroll<kRows>([&]<int i>() __attribute__((always_inline)) { rows[i][column] = y[i]; });
    });
    Unroll<kRows>([&]<int i>() __attribute__((always_inline)) {
      float* const row = dst + F::InputAt(part, i) * kPoints * t.position_step;
      Unroll<F::kInputParts>([&]<int across>() __attribute__((always_inline)) {
        Float y[2];
        F::template Input<across>(
            [&](int column) __attribute__((always_inline)) { return rows[i][column]; }, y);
        Unroll<F::InputCount(across)>([&]<int j>() __attribute__((always_inline)) {
          V::Store(row + F::InputAt(across, j) * t.position_step, y[j]);
        });
      });
    });
  });
}

// kWhole: all outputs of the tile lie inside the image.
template <typename V, typename F, bool kTail, bool kWhole>
[[gnu::always_inline]] inline void TransformOutput(const OutputTile& t, int64_t channel) {
  using Float = typename V::Float;
  constexpr int kPoints = F::kPoints;
  const Channels<V, kTail> channels(kTail ? t.channels - channel : V::kLanes);
  const Float bias = V::Load(t.bias + channel), lo = V::Set(t.lo), hi = V::Set(t.hi);
  const float* const src = t.src + channel;
  const auto store = [&](int row, int column, Float y) __attribute__((always_inline)) {
    if (!kWhole && (row >= t.rows || column >= t.columns)) return;
    y = V::Add(y, bias);
    if (t.residual != nullptr) {
      y = V::Add(y, channels.Load(t.residual + channel + row * t.residual_row +
                                  column * t.residual_pixel));
    }
    y = V::AtMost(V::AtLeast(y, lo), hi);
    channels.Store(t.dst + channel + row * t.dst_row + column * t.dst_pixel, y);
  };
  Unroll<F::kOutputParts>([&]<int part>() __attribute__((always_inline)) {
    Float rows[2][kPoints];
    Unroll<kPoints>([&]<int column>() __attribute__((always_inline)) {
      Float y[2];
      F::template Output<part>(
          [&](int row) __attribute__((always_inline)) {
            return V::Load(src + (row * kPoints + column) * t.position_step);
          },
          y);
      rows[0][column] = y[0];
      rows[1][column] = y[1];
    });
    Unroll<2>([&]<int i>() __attribute__((always_inline)) {
      Unroll<F::kOutputParts>([&]<int across>() __attribute__((always_inline)) {
        Float y[2];
        F::template Output<across>(
            [&](int column) __attribute__((always_inline)) { return rows[i][column]; }, y);
        store(F::OutputAt(part, i), F::OutputAt(across, 0), y[0]);
        store(F::OutputAt(part, i), F::OutputAt(across, 1), y[1]);
      });
    });
  });
}

// Transforms::input.
template <typename V, typename F>
void Input(const InputTile& t) {
  int64_t channel = 0;
  for (; channel + V::kLanes <= t.channels; channel += V::kLanes) {
    TransformInput<V, F, false>(t, channel);
  }
  if (channel < t.channels) TransformInput<V, F, true>(t, channel);
}

// Transforms::output.
template <typename V, typename F>
void Output(const OutputTile& t) {
  int64_t channel = 0;
  if (t.rows == F::kOutputs && t.columns == F::kOutputs) {
    for (; channel + V::kLanes <= t.channels; channel += V::kLanes) {
      TransformOutput<V, F, false, true>(t, channel);
    }
  }
  for (; channel + V::kLanes <= t.channels; channel += V::kLanes) {
    TransformOutput<V, F, false, false>(t, channel);
  }
  if (channel < t.channels) TransformOutput<V, F, true, false>(t, channel);
}

}  // namespace
}  // namespace assay::winograd
