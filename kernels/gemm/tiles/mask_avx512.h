// Masks of the first `count` lanes; count may be negative or past the end.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/unroll.h"

namespace assay::gemm {
namespace {

[[gnu::always_inline]] inline uint16_t Mask16(int64_t count) {
  if (count >= 16) return 0xffff;
  return count <= 0 ? 0 : static_cast<uint16_t>((1u << count) - 1);
}

[[gnu::always_inline]] inline uint64_t Mask64(int64_t count) {
  if (count >= 64) return ~uint64_t{0};
  return count <= 0 ? 0 : (uint64_t{1} << count) - 1;
}

// The columns of a row that are stored, as vectors of 16 words: all of them, or the first n. Made
// once for a tile: a store might change the tile, for all that the compiler knows.
struct AllColumns {
  template <int>
  [[gnu::always_inline]] __m512 Load(const float* p) const {
    return _mm512_loadu_ps(p);
  }
  template <int>
  [[gnu::always_inline]] void Store(float* p, __m512 x) const {
    _mm512_storeu_ps(p, x);
  }
};

template <int V>
struct FirstColumns {
  [[gnu::always_inline]] explicit FirstColumns(int64_t n) {
    Unroll<V>([&]<int v>() __attribute__((always_inline)) { mask[v] = Mask16(n - 16 * v); });
  }
  template <int v>
  [[gnu::always_inline]] __m512 Load(const float* p) const {
    return _mm512_maskz_loadu_ps(mask[v], p);
  }
  template <int v>
  [[gnu::always_inline]] void Store(float* p, __m512 x) const {
    _mm512_mask_storeu_ps(p, mask[v], x);
  }
  __mmask16 mask[V];
};

}  // namespace
}  // namespace assay::gemm
