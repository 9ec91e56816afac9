// Max pooling, for a vector type L (vectors.h), one vector of channels at a time. The greatest of a
// column of taps is found first, and where the last column of a window is the first of the next
// (3 x 3 at stride 2) it is carried over: six loads for a result instead of nine. From L2 such
// windows reach 0.65 of the bandwidth: of reals, three rows are read for two that are new.
#pragma once

#include "kernels/pool/vectors.h"

namespace assay::pool {
namespace {

// kRows, kCols: the taps, or 0: as many as the run says, at least one.
template <typename L, int kRows, typename Lanes>
[[gnu::always_inline]] inline typename L::Reg Column(const Taps<typename L::T>& run,
                                                     const typename L::T* tap, Lanes lanes) {
  const int64_t rows = kRows > 0 ? kRows : run.rows;
  auto best = L::Start(L::Load(tap, lanes));
#pragma GCC unroll 3
  for (int64_t row = 1; row < rows; ++row) {
    best = L::Max(L::Load(tap + row * run.row_step, lanes), best);
  }
  return best;
}

// kVectors vectors of channels at a time: several, so that memory is read nearly in order.
template <typename L, int kRows, int kCols, bool kShared, int kVectors, typename Lanes>
[[gnu::always_inline]] inline void MaxOfPixels(const Taps<typename L::T>& run, int64_t channel,
                                               typename L::T* dst, Lanes lanes) {
  const int64_t cols = kCols > 0 ? kCols : run.cols;
  const typename L::T* src = run.src + channel;
  typename L::Reg last[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    last[v] = kShared ? Column<L, kRows>(run, src + v * L::kLanes, lanes) : L::Lowest();
  }
  for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      auto best = kShared ? last[v] : L::Lowest();
#pragma GCC unroll 3
      for (int64_t col = kShared ? 1 : 0; col < cols; ++col) {
        last[v] = Column<L, kRows>(run, src + col * run.col_step + v * L::kLanes, lanes);
        best = L::Max(last[v], best);
      }
      L::Store(dst + channel + v * L::kLanes, best, lanes);
    }
    src += run.pixel_step;
    dst += run.dst_step;
  }
}

template <typename L, int kRows, int kCols, bool kShared>
void MaxOfRun(const Taps<typename L::T>& run, int64_t channels, typename L::T* dst) {
  ForBlocks<L::kLanes, 4, typename L::All, typename L::First>(
      channels, [&]<int kVectors>(int64_t channel, auto lanes) __attribute__((always_inline)) {
        MaxOfPixels<L, kRows, kCols, kShared, kVectors>(run, channel, dst, lanes);
      });
}

template <typename L>
void Max(const Taps<typename L::T>& run, int64_t channels, typename L::T* dst) {
  const bool shared = run.cols == 3 && run.pixels > 1 && run.pixel_step == 2 * run.col_step;
  if (run.rows == 2 && run.cols == 2) return MaxOfRun<L, 2, 2, false>(run, channels, dst);
  if (run.rows == 3 && shared) return MaxOfRun<L, 3, 3, true>(run, channels, dst);
  if (run.rows == 3 && run.cols == 3) return MaxOfRun<L, 3, 3, false>(run, channels, dst);
  if (shared) return MaxOfRun<L, 0, 3, true>(run, channels, dst);
  MaxOfRun<L, 0, 0, false>(run, channels, dst);
}

}  // namespace
}  // namespace assay::pool
