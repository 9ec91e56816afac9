// Transposes that quantize on the way, for a vector type V (kernels/elementwise/vec_*.h) and lanes:
// rows of a chunk are quantized into a block, which is then transposed. Include only in variants.
#pragma once

#include "kernels/elementwise/rows.h"
#include "kernels/layout/interleave.h"
#include "kernels/layout/transpose.h"

namespace assay::layout {
namespace {

// Rows of kChunkCols reals, or of the first `cols`.
template <typename V>
[[gnu::always_inline]] inline void QuantizeChunk(const elementwise::Quantizer<V>& quantize,
                                                 const float* src, int64_t cols, uint8_t* dst) {
  float padded[kChunkCols] = {};
  if (cols < kChunkCols) src = std::copy_n(src, cols, padded) - cols;
  for (int64_t i = 0; i < kChunkCols; i += V::kBytes) {
    elementwise::Floats<V> x;
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) x.v[v] = V::Load(src + i + v * V::kFloats, typename V::All());
    V::StoreBytes(dst + i, V::InOrder(quantize(x)), typename V::All());
  }
}

template <typename V, typename... Lanes>
void TransposeQuantize(const Tile& tile, QuantParams params, const float* src, uint8_t* dst) {
  constexpr int64_t kRows = 64;
  const elementwise::Quantizer<V> quantize(params);
  const bool interleaves = Interleave::Takes(tile);
  const Interleave interleave(interleaves ? tile.rows : 1);
  ForChunks(tile, src, dst, [&](const Tile& chunk, const float* from, uint8_t* to) {
    alignas(64) uint8_t block[kRows][kChunkCols];
    for (int64_t row = 0; row < chunk.rows; row += kRows) {
      const int64_t rows = std::min(kRows, chunk.rows - row);
      for (int64_t r = 0; r < rows; ++r) {
        QuantizeChunk<V>(quantize, from + (row + r) * chunk.src_stride, chunk.cols, block[r]);
      }
      if (interleaves) {
        interleave(block[0], kChunkCols, chunk.cols, to);
      } else {
        TransposeRows<uint8_t, Lanes...>({rows, chunk.cols, kChunkCols, chunk.dst_stride}, block[0],
                                         to + row);
      }
    }
  });
}

template <typename T, typename... Lanes>
void Transpose(const Tile& tile, const T* src, T* dst) {
  ForChunks(tile, src, dst, [&](const Tile& chunk, const T* from, T* to) {
    TransposeRows<T, Lanes...>(chunk, from, to);
  });
}

}  // namespace
}  // namespace assay::layout
