// Transposes that quantize on the way, for a vector type V (kernels/elementwise/vec_*.h) and lanes:
// those of a square are quantized into a block, which is then transposed. Include only in variants.
#pragma once

#include <algorithm>
#include <iterator>

#include "kernels/elementwise/rows.h"
#include "kernels/layout/interleave.h"
#include "kernels/layout/transpose.h"

namespace assay::layout {
namespace {

// Rows of kSide<uint8_t> reals, or of the first `cols`.
template <typename V>
[[gnu::always_inline]] inline void QuantizeRow(const elementwise::Quantizer<V>& quantize,
                                               const float* src, int64_t cols, uint8_t* dst) {
  float padded[kSide<uint8_t>];
  if (cols < kSide<uint8_t>) {
    std::fill(std::copy_n(src, cols, padded), std::end(padded), 0.0f);
    src = padded;
  }
  for (int64_t i = 0; i < kSide<uint8_t>; i += V::kBytes) {
    elementwise::Floats<V> x;
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) x.v[v] = V::Load(src + i + v * V::kFloats, typename V::All());
    V::StoreBytes(dst + i, V::InOrder(quantize(x)), typename V::All());
  }
}

template <typename V, typename... Lanes>
void TransposeQuantize(const Tile& tile, QuantParams params, const float* src, uint8_t* dst) {
  const elementwise::Quantizer<V> quantize(params);
  const bool interleaves = Interleave::Takes(tile);
  const Interleave interleave(interleaves ? tile.rows : 1);
  ForSquares(tile, src, dst, [&](const Tile& square, const float* from, uint8_t* to) {
    alignas(64) uint8_t block[kSide<uint8_t>][kSide<uint8_t>];
    for (int64_t r = 0; r < square.rows; ++r) {
      QuantizeRow<V>(quantize, from + r * square.src_stride, square.cols, block[r]);
    }
    if (interleaves) return interleave(block[0], kSide<uint8_t>, square.cols, to);
    TransposeRows<uint8_t, Lanes...>(
        {square.rows, square.cols, kSide<uint8_t>, square.dst_stride, false}, block[0], to);
  });
}

}  // namespace
}  // namespace assay::layout
