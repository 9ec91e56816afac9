// Max pooling, for a vector type L (vectors.h), several vectors of channels at a time. Where
// windows share at most a row, the source is read once, row by row in the order of memory, and
// results are kept in dst: the greatest of a row of taps is found, in which the last column of a
// window may be the first of the next (3 x 3 at stride 2), and goes to the windows above and below.
#pragma once

#include "kernels/pool/vectors.h"

namespace assay::pool {
namespace {

// Runs of windows of kRows x kCols taps, or, if 0, of as many as the run says. kShared: the last of
// three columns is the first of the next pixel. kBegun, kNext: as variant.h has them, of one row.
template <typename L, int kRows, int kCols, bool kShared, bool kBegun, bool kNext>
struct MaxOfRun {
  using T = typename L::T;
  using Reg = typename L::Reg;
  const Taps<T> run;  // No reference, since stores might change it.
  T* const dst;

  // Pixels of one vector, by rows: several at a time, since the hardware fetches more in advance
  // for loads at several places of the code. 2 x 2 by 1 or 4: 0.6 to 0.75 of the bandwidth of DRAM,
  // by 2 0.75 to 0.95; 3 x 3 by 1 0.75, by 4 0.82.
  template <int kVectors>
  static constexpr int kUnroll = kRows != 1 || kVectors != 1 ? 1
                                 : kShared                   ? 4
                                 : kCols == 2                ? 2
                                                             : 1;

  // Several vectors at a time, so that memory is read nearly in order. If columns are shared, `src`
  // is a window's second one; in place of a padded one the second is taken twice.
  template <int kVectors, typename Lanes>
  [[gnu::always_inline]] void operator()(int64_t channel, Lanes lanes) const {
    const T* src = run.src + channel;
    T *to = dst + channel, *next = kNext ? run.next + channel : nullptr;
    Reg last[kVectors][kRows > 0 ? kRows : 1];
    if constexpr (kShared) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 3
        for (int row = 0; row < kRows; ++row) {
          last[v][row] = L::Load(src + row * run.row_step + v * L::kLanes, lanes);
        }
      }
      if (!run.padded) src += run.col_step;
    }
#ifdef __clang__  // By hand 0.1 less.
#pragma clang loop unroll_count(kUnroll <kVectors>)
#endif
    for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        Reg best = Greatest(src + v * L::kLanes, last[v], lanes);
        if constexpr (kNext) L::Store(next + v * L::kLanes, best, lanes);
        if constexpr (kBegun) best = L::Max(best, L::Load(to + v * L::kLanes, lanes));
        L::Store(to + v * L::kLanes, best, lanes);
      }
      src += run.pixel_step;
      to += run.dst_step;
      if constexpr (kNext) next += run.dst_step;
    }
  }

 private:
  template <typename Lanes>
  [[gnu::always_inline]] Reg Greatest(const T* src, Reg* last, Lanes lanes) const {
    Reg best = L::Lowest();
    if constexpr (kRows == 0 || kCols == 0) {
      for (int64_t row = 0; row < run.rows; ++row) {
        for (int64_t col = 0; col < run.cols; ++col) {
          best = L::Max(L::Load(src + row * run.row_step + col * run.col_step, lanes), best);
        }
      }
      return best;
    }
#pragma GCC unroll 3
    for (int row = 0; row < kRows; ++row, src += run.row_step) {
#pragma GCC unroll 3
      for (int col = 0; col < kCols; ++col) {
        const Reg x = kShared && col == 0
                          ? last[row]
                          : L::Load(src + (col - (kShared ? 1 : 0)) * run.col_step, lanes);
        best = row + col == 0 ? L::Start(x) : L::Max(x, best);
        if (kShared && col == 2) last[row] = x;
      }
    }
    return best;
  }
};

// Not inlined: what the loops of all of these need would be computed in advance.
template <typename L, int kRows, int kCols, bool kShared = false, bool kBegun = false,
          bool kNext = false>
[[gnu::noinline]] void MaxOf(const Taps<typename L::T>& run, int64_t channels, typename L::T* dst) {
  Taps<typename L::T> line = run;
  for (int64_t i = 0; i < run.lines; ++i, line.src += run.line_step, dst += run.dst_line_step) {
    ForBlocks<L::kLanes, 4, typename L::All, typename L::First>(
        channels, MaxOfRun<L, kRows, kCols, kShared, kBegun, kNext>{line, dst});
  }
}

template <typename L, int kCols, bool kShared>
void MaxOfRow(const Taps<typename L::T>& row, int64_t channels, typename L::T* dst) {
  if (row.begun && row.next) return MaxOf<L, 1, kCols, kShared, true, true>(row, channels, dst);
  if (row.begun) return MaxOf<L, 1, kCols, kShared, true, false>(row, channels, dst);
  if (row.next) return MaxOf<L, 1, kCols, kShared, false, true>(row, channels, dst);
  MaxOf<L, 1, kCols, kShared>(row, channels, dst);
}

template <typename T>
bool SharesColumns(const Taps<T>& run) {
  return run.cols == 3 && run.pixels > 1 && run.pixel_step == 2 * run.col_step;
}

template <typename L>
void MaxByRows(const Taps<typename L::T>& run, int64_t channels, typename L::T* dst) {
  Taps<typename L::T> part = run;
  part.rows = 1;
  for (int64_t row = run.begun ? 1 : 0; row < run.rows; ++row) {
    part.src = run.src + row * run.row_step;
    part.begun = row > 0;
    part.next = row + 1 < run.rows ? nullptr : run.next;
    if (SharesColumns(part)) {
      MaxOfRow<L, 3, true>(part, channels, dst);
    } else if (part.cols == 2) {
      MaxOfRow<L, 2, false>(part, channels, dst);
    } else {
      MaxOfRow<L, 0, false>(part, channels, dst);
    }
  }
}

template <typename L>
void MaxByTaps(const Taps<typename L::T>& run, int64_t channels, typename L::T* dst) {
  Taps<typename L::T> part = run;
  part.pixels = part.rows = part.cols = 1;
  ForPieces(
      run, [&](const Piece<typename L::T>& piece) __attribute__((always_inline)) {
        part.src = piece.src;
        part.begun = piece.begun;
        MaxOfRow<L, 0, false>(part, channels, dst + piece.pixel * run.dst_step);
      });
}

template <typename L>
void Max(const Taps<typename L::T>& run, int64_t channels, typename L::T* dst) {
  if (run.order == Order::kRows) return MaxByRows<L>(run, channels, dst);
  if (run.order == Order::kTaps) return MaxByTaps<L>(run, channels, dst);
  if (run.rows == 2 && run.cols == 2) return MaxOf<L, 2, 2>(run, channels, dst);
  if (run.rows == 3 && SharesColumns(run)) return MaxOf<L, 3, 3, true>(run, channels, dst);
  if (run.rows == 2 && SharesColumns(run)) return MaxOf<L, 2, 3, true>(run, channels, dst);
  if (run.rows == 1 && SharesColumns(run)) return MaxOf<L, 1, 3, true>(run, channels, dst);
  if (run.rows == 3 && run.cols == 3) return MaxOf<L, 3, 3>(run, channels, dst);
  if (run.rows == 3 && run.cols == 2) return MaxOf<L, 3, 2>(run, channels, dst);  // At an edge.
  MaxOf<L, 0, 0>(run, channels, dst);
}

}  // namespace
}  // namespace assay::pool
