// Transposes in registers, for lanes L (lanes.h). With n elements to a lane, a block is n columns
// of n rows for every lane: register r holds, lane by lane, a piece of rows r, n + r, 2n + r, ...
//
//   n times n within lanes:  repeat log2(n) times: y[2i], y[2i+1] = unpack lo, hi of x[i], x[i+n/2]
//
// after which register c is the block's column c, all rows in order: a whole vector to store. The
// loads gather the rows, so that nothing ever crosses a lane.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/layout/lanes.h"
#include "kernels/layout/variant.h"

namespace assay::layout {
namespace {

template <typename L, typename T>
struct Block {
  static constexpr int kCols = 16 / sizeof(T);
  static constexpr int kRows = kCols * L::kLanes;

  static void Whole(const T* src, int64_t src_stride, T* dst, int64_t dst_stride) {
    typename L::Reg x[kCols], y[kCols];
    const int64_t row_bytes = src_stride * static_cast<int64_t>(sizeof(T));
    const auto* from = reinterpret_cast<const uint8_t*>(src);
#pragma GCC unroll 16
    for (int r = 0; r < kCols; ++r) x[r] = L::Load(from + r * row_bytes, kCols * row_bytes);
#pragma GCC unroll 4
    for (int width = kCols; width > 1; width /= 4) {  // Two stages.
      Stage(x, y);
      Stage(y, x);
    }
#pragma GCC unroll 16
    for (int c = 0; c < kCols; ++c) L::Store(dst + c * dst_stride, x[c]);
  }

  static void Part(const T* src, int64_t src_stride, int64_t rows, int64_t cols, T* dst,
                   int64_t dst_stride) {
    T in[kRows][kCols] = {}, out[kCols][kRows];
    for (int64_t r = 0; r < rows; ++r) std::copy_n(src + r * src_stride, cols, in[r]);
    Whole(in[0], kCols, out[0], kRows);
    for (int64_t c = 0; c < cols; ++c) std::copy_n(out[c], rows, dst + c * dst_stride);
  }

 private:
  [[gnu::always_inline]] static void Stage(const typename L::Reg (&x)[kCols],
                                           typename L::Reg (&y)[kCols]) {
#pragma GCC unroll 8
    for (int i = 0; i < kCols / 2; ++i) {
      y[2 * i] = L::Lo(x[i], x[i + kCols / 2], T());
      y[2 * i + 1] = L::Hi(x[i], x[i + kCols / 2], T());
    }
  }
};

// Rows as the widest lanes take them, what is left as narrower ones do; the last part is padded.
template <typename T, typename L, typename... Narrower>
void TransposeRows(const Tile& tile, const T* src, T* dst) {
  using B = Block<L, T>;
  int64_t row = 0;
  for (; row < tile.rows; row += B::kRows) {
    const int64_t rows = std::min<int64_t>(B::kRows, tile.rows - row);
    if (sizeof...(Narrower) > 0 && rows < B::kRows) break;
    const T* from = src + row * tile.src_stride;
    for (int64_t col = 0; col < tile.cols; col += B::kCols) {
      const int64_t cols = std::min<int64_t>(B::kCols, tile.cols - col);
      T* to = dst + col * tile.dst_stride + row;
      if (rows == B::kRows && cols == B::kCols) {
        B::Whole(from + col, tile.src_stride, to, tile.dst_stride);
      } else {
        B::Part(from + col, tile.src_stride, rows, cols, to, tile.dst_stride);
      }
    }
  }
  if constexpr (sizeof...(Narrower) > 0) {
    if (row < tile.rows) {
      const Tile rest = {tile.rows - row, tile.cols, tile.src_stride, tile.dst_stride, false};
      TransposeRows<T, Narrower...>(rest, src + row * tile.src_stride, dst + row);
    }
  }
}

// The side of the squares that a transpose goes by, of 4 KiB: as many lines can be on their way
// from DRAM in the time of one. Bytes by 32 or 128 take 2 and 1.2 times as long, words by 64 or
// 128 1.3.
template <typename T>
inline constexpr int64_t kSide = sizeof(T) == 1 ? 64 : 32;

// Fetches rows of `cols` elements into L2, unless they are shorter than a line.
template <typename T>
void Fetch(const T* p, int64_t rows, int64_t cols, int64_t stride) {
  constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(T));
  if (cols < kLine) return;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; col += kLine)
      __builtin_prefetch(p + row * stride + col, 0, 2);
  }
}

// Fetches the square after that at (row, col). The rows of far images, on both sides, are many
// short streams, which the hardware does not see in time.
template <typename From, typename To>
void FetchNext(const Tile& tile, const From* src, const To* dst, int64_t row, int64_t col) {
  constexpr int64_t kSquare = kSide<To>;
  row += kSquare;
  if (row >= tile.rows) {
    row = 0;
    col += kSquare;
  }
  if (col >= tile.cols) return;
  const int64_t rows = std::min(kSquare, tile.rows - row),
                cols = std::min(kSquare, tile.cols - col);
  Fetch(src + row * tile.src_stride + col, rows, cols, tile.src_stride);
  Fetch(dst + col * tile.dst_stride + row, cols, rows, tile.dst_stride);
}

// Calls body(square, src, dst) for the squares of a tile, down the rows first: while the lines of
// the destination stay in the nearest cache until they are full.
template <typename From, typename To, typename Body>
[[gnu::always_inline]] inline void ForSquares(const Tile& tile, const From* src, To* dst,
                                              Body body) {
  constexpr int64_t kSquare = kSide<To>;
  for (int64_t col = 0; col < tile.cols; col += kSquare) {
    for (int64_t row = 0; row < tile.rows; row += kSquare) {
      if (tile.far) FetchNext(tile, src, dst, row, col);
      const Tile square = {std::min(kSquare, tile.rows - row), std::min(kSquare, tile.cols - col),
                           tile.src_stride, tile.dst_stride, false};
      body(square, src + row * tile.src_stride + col, dst + col * tile.dst_stride + row);
    }
  }
}

// kRows rows, as images enter: fewer than fill a block, whose copies took a quarter of the time of
// MobileNetV1 0.25.
template <int kRows, typename T>
void FewRows(const Tile& tile, const T* src, T* dst) {
  for (int64_t col = 0; col < tile.cols; ++col, dst += tile.dst_stride) {
    for (int r = 0; r < kRows; ++r) dst[r] = src[r * tile.src_stride + col];
  }
}

// kCols columns, as images leave.
template <int kCols, typename T>
void FewCols(const Tile& tile, const T* src, T* dst) {
  for (int64_t row = 0; row < tile.rows; ++row, src += tile.src_stride) {
    for (int c = 0; c < kCols; ++c) dst[c * tile.dst_stride + row] = src[c];
  }
}

template <typename T, typename... Lanes>
void Transpose(const Tile& tile, const T* src, T* dst) {
  if (tile.rows == 1) return FewRows<1>(tile, src, dst);
  if (tile.rows == 2) return FewRows<2>(tile, src, dst);
  if (tile.rows == 3) return FewRows<3>(tile, src, dst);
  if (tile.cols == 1) return FewCols<1>(tile, src, dst);
  if (tile.cols == 2) return FewCols<2>(tile, src, dst);
  if (tile.cols == 3) return FewCols<3>(tile, src, dst);
  ForSquares(tile, src, dst, [&](const Tile& square, const T* from, T* to) {
    TransposeRows<T, Lanes...>(square, from, to);
  });
}

}  // namespace
}  // namespace assay::layout
