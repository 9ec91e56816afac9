// The transforms of a tile by those of one dimension, F (floats.h, integers.h). Include only in
// variants.
//
// One vector of channels at a time. A transform of a tile is the one-dimensional one down its
// columns, then along the rows of what that gave. Rows that share terms are made together, two at
// the most:
//
//   rows[2][p]  12  two rows of the half-transformed tile
//   y[2]         2  of the second pass, stored at once
//
// and the six constants of F(4,3) of floats. So nothing but operands is loaded and results stored;
// the price is that a source row is read again for each pair it has a part in (84 loads for 36 of
// F(4x4,3x3)), from the first-level cache. Keeping all 36 halfway results would store and load them
// all.
// Measured on Zen 4, all within 5 %: steps instead of a pointer per pixel; additions, which have
// ports of their own, for the last step of a pair; four source rows at once (60 loads, 24 halfway
// results in registers; done to the products, it spills).
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/unroll.h"
#include "kernels/vector/channels.h"
#include "kernels/winograd/variant.h"

namespace assay::winograd {
namespace {

using gemm::Unroll;

// Channels [channel, channel + lanes) of a tile.
template <typename V, typename F, bool kTail>
[[gnu::always_inline]] inline void TransformInput(const InputTile& t, int64_t channel) {
  using Reg = typename F::Reg;
  constexpr int kPoints = F::kPoints;
  const Channels<V, kTail> channels(kTail ? t.channels - channel : V::kLanes);
  auto* const dst = static_cast<typename F::Element*>(t.dst) + channel;
  Unroll<F::kInputParts>([&]<int part>() __attribute__((always_inline)) {
    constexpr int kRows = F::InputCount(part);
    Reg rows[2][kPoints];
    Unroll<kPoints>([&]<int column>() __attribute__((always_inline)) {
      Reg y[2];
      F::template Input<part>(
          [&](int row) __attribute__((always_inline)) {
            const void* pixel = t.pixels[row * kPoints + column];
            return channels.Load(static_cast<const typename F::Source*>(pixel) + channel);
          },
          y);
      Unroll<kRows>([&]<int i>() __attribute__((always_inline)) { rows[i][column] = y[i]; });
    });
    Unroll<kRows>([&]<int i>() __attribute__((always_inline)) {
      auto* const row = dst + F::InputAt(part, i) * kPoints * t.position_step;
      Unroll<F::kInputParts>([&]<int across>() __attribute__((always_inline)) {
        Reg y[2];
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
template <typename V, typename F, template <typename, bool, bool> typename Finish, bool kTail,
          bool kWhole>
[[gnu::always_inline]] inline void TransformOutput(const OutputTile& t, int64_t channel) {
  using Reg = typename F::Reg;
  constexpr int kPoints = F::kPoints;
  Finish<V, kTail, kWhole> finish(t, channel);
  const auto* const src = static_cast<const typename F::Element*>(t.src) + channel;
  Unroll<F::kOutputParts>([&]<int part>() __attribute__((always_inline)) {
    Reg rows[2][kPoints];
    Unroll<kPoints>([&]<int column>() __attribute__((always_inline)) {
      Reg y[2];
      F::template Output<part>(
          [&](int row) __attribute__((always_inline)) {
            return V::Load(src + (row * kPoints + column) * t.position_step);
          },
          y);
      rows[0][column] = y[0];
      rows[1][column] = y[1];
    });
    Unroll<2>([&]<int i>() __attribute__((always_inline)) {
      constexpr int kRow = F::OutputAt(part, i);
      Unroll<F::kOutputParts>([&]<int across>() __attribute__((always_inline)) {
        Reg y[2];
        F::template Output<across>(
            [&](int column) __attribute__((always_inline)) { return rows[i][column]; }, y);
        finish.template Put<kRow, F::OutputAt(across, 0)>(y[0]);
        finish.template Put<kRow, F::OutputAt(across, 1)>(y[1]);
      });
      finish.template EndRow<kRow>();
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
template <typename V, typename F, template <typename, bool, bool> typename Finish>
void Output(const OutputTile& t) {
  int64_t channel = 0;
  if (t.rows == F::kOutputs && t.columns == F::kOutputs) {
    for (; channel + V::kLanes <= t.channels; channel += V::kLanes) {
      TransformOutput<V, F, Finish, false, true>(t, channel);
    }
  }
  for (; channel + V::kLanes <= t.channels; channel += V::kLanes) {
    TransformOutput<V, F, Finish, false, false>(t, channel);
  }
  if (channel < t.channels) TransformOutput<V, F, Finish, true, false>(t, channel);
}

}  // namespace
}  // namespace assay::winograd
