// Transposes in small blocks: a block is read in runs along the source's rows and written in runs
// along the destination's, so that both sides stay in the nearest cache; quantization happens on
// the runs, where the compiler vectorizes it.
#pragma once

#include <algorithm>

#include "kernels/layout/variant.h"

namespace assay::layout {
namespace {

inline constexpr int64_t kBlockRows = 16;
inline constexpr int64_t kBlockCols = 64;

// convert(src, count, block) fills a run of the block; the block is then written transposed.
template <typename From, typename To, typename Convert>
inline void TransposeBlocks(const Tile& tile, const From* src, To* dst, Convert convert) {
  To block[kBlockRows][kBlockCols];
  for (int64_t row = 0; row < tile.rows; row += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, tile.rows - row);
    for (int64_t col = 0; col < tile.cols; col += kBlockCols) {
      const int64_t cols = std::min(kBlockCols, tile.cols - col);
      for (int64_t r = 0; r < rows; ++r) {
        convert(src + (row + r) * tile.src_stride + col, cols, block[r]);
      }
      for (int64_t c = 0; c < cols; ++c) {
        To* to = dst + (col + c) * tile.dst_stride + row;
        for (int64_t r = 0; r < rows; ++r) to[r] = block[r][c];
      }
    }
  }
}

template <typename T>
void Transpose(const Tile& tile, const T* src, T* dst) {
  TransposeBlocks(tile, src, dst, [](const T* from, int64_t count, T* to) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
  });
}

void TransposeQuantize(const Tile& tile, QuantParams params, const float* src, uint8_t* dst) {
  TransposeBlocks(tile, src, dst, [params](const float* from, int64_t count, uint8_t* to) {
    for (int64_t i = 0; i < count; ++i) to[i] = Quantize(from[i], params);
  });
}

}  // namespace
}  // namespace assay::layout
