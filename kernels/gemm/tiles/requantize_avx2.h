// int32 accumulators to u8, AVX2: as requantize_avx512.h, which has the argument why this is
// RoundClamp exactly. One or two vectors per row, or three with AVX-512's masks, in the order of
// Variant::u8_lanes = 2.
#pragma once

#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/partial_avx2.h"
#include "kernels/gemm/tiles/unroll.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

// Rows of V vectors of int32 to 8 V bytes, of which the first n are stored.
template <int V>
struct PackerAvx2 {
  __m256i zero_points, floor;
  int64_t n;

  // Made once for a tile: a store of bytes might change the tile, for all that the compiler knows.
  [[gnu::always_inline]] PackerAvx2(int32_t zero_point, int32_t lo, int64_t columns)
      : zero_points(_mm256_set1_epi16(static_cast<int16_t>(zero_point))),
        floor(_mm256_set1_epi8(static_cast<char>(lo))),
        n(columns) {}

  // M rows, two at a time.
  template <int M>
  [[gnu::always_inline]] void Store(const __m256i (&x)[M][V], uint8_t* dst, int64_t stride) const {
    Unroll<(M + 1) / 2>([&]<int pair>() __attribute__((always_inline)) {
      constexpr int i = 2 * pair, j = i + 1 < M ? i + 1 : i;
      const __m256i bytes = _mm256_packus_epi16(Words(x[i]), Words(x[j]));
      // Lanes of 64 bits: those of row i at 0 and 2; with one vector, twice the half of that.
      const __m256i rows =
          V == 2 ? _mm256_permute4x64_epi64(bytes, 0xd8)
                 : _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 0, 0, 2, 6, 0, 0));
      const __m256i floored = _mm256_max_epu8(rows, floor);
      StoreRow(dst, _mm256_castsi256_si128(floored));
      dst += stride;
      if constexpr (j > i) {
        StoreRow(dst, _mm256_extracti128_si256(floored, 1));
        dst += stride;
      }
    });
  }

 private:
  [[gnu::always_inline]] __m256i Words(const __m256i (&x)[V]) const {
    return _mm256_adds_epi16(_mm256_packs_epi32(x[0], x[V - 1]), zero_points);
  }
  [[gnu::always_inline]] void StoreRow(uint8_t* dst, __m128i row) const {
    V == 2 ? StoreFirst(dst, row, n) : StoreFirst8(dst, row, n);
  }
};

#ifdef __AVX512VL__
// Three vectors: each lane has twelve columns, and four bytes of nothing.
template <>
struct PackerAvx2<3> {
  __m256i zero_points, floor;
  int64_t n;

  [[gnu::always_inline]] PackerAvx2(int32_t zero_point, int32_t lo, int64_t columns)
      : zero_points(_mm256_set1_epi16(static_cast<int16_t>(zero_point))),
        floor(_mm256_set1_epi8(static_cast<char>(lo))),
        n(columns) {}

  template <int M>
  [[gnu::always_inline]] void Store(const __m256i (&x)[M][3], uint8_t* dst, int64_t stride) const {
    const auto mask = static_cast<__mmask32>((uint32_t{1} << n) - 1);
    const __m256i together = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      const __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(x[i][0], x[i][1]), zero_points);
      const __m256i last = _mm256_adds_epi16(_mm256_packs_epi32(x[i][2], x[i][2]), zero_points);
      const __m256i bytes = _mm256_max_epu8(_mm256_packus_epi16(words, last), floor);
      _mm256_mask_storeu_epi8(dst, mask, _mm256_permutexvar_epi32(together, bytes));
      dst += stride;
    });
  }
};

[[gnu::always_inline]] inline void WidenFirst(const uint8_t* p, int64_t n, __m256i (&x)[3]) {
  const auto mask = static_cast<__mmask32>((uint32_t{1} << n) - 1);
  const __m256i bytes = _mm256_maskz_loadu_epi8(mask, p);
  Unroll<3>([&]<int v>() __attribute__((always_inline)) {
    const __m256i mine = _mm256_permutexvar_epi32(_mm256_setr_epi32(v, 3 + v, 0, 0, 0, 0, 0, 0), bytes);
    x[v] = _mm256_cvtepu8_epi32(_mm256_castsi256_si128(mine));
  });
}
#endif

// The first n bytes of a row to V vectors of int32 in the order of the accumulators.
template <int V>
[[gnu::always_inline]] inline void WidenFirst(const uint8_t* p, int64_t n, __m256i (&x)[V]) {
  if constexpr (V == 2) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i bytes = _mm256_castsi128_si256(LoadFirst(p, n));
    const __m256i words = _mm256_unpacklo_epi8(_mm256_permute4x64_epi64(bytes, 0x50), zero);
    x[0] = _mm256_unpacklo_epi16(words, zero);
    x[1] = _mm256_unpackhi_epi16(words, zero);
  } else {
    x[0] = _mm256_cvtepu8_epi32(LoadFirst8(p, n));
  }
}

[[gnu::always_inline]] inline __m256 Scaled(__m256i acc, __m256 scale) {
  return _mm256_mul_ps(_mm256_cvtepi32_ps(acc), scale);
}

template <int M, int V>
[[gnu::always_inline]] inline void Requantize(const Tile& t, __m256i (&acc)[M][V], int64_t n) {
  const Stage& s = *t.stage;
  const __m256 max = _mm256_set1_ps(static_cast<float>(s.q_hi - s.zero_point));
  const PackerAvx2<V> packer(s.zero_point, s.q_lo, n);
  const float* scale = t.scale;
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      const __m256 x = Scaled(acc[i][v], _mm256_load_ps(scale + 8 * v));
      acc[i][v] = _mm256_cvtps_epi32(_mm256_min_ps(x, max));
    });
  });
  packer.Store(acc, dst, t.dst_stride);
}

template <int M, int V>
[[gnu::always_inline]] inline void RequantizeAndAdd(const Tile& t, __m256i (&acc)[M][V]) {
  const Stage& s = *t.stage;
  const __m256 q_min = _mm256_set1_ps(static_cast<float>(s.q_lo - s.zero_point));
  const __m256 q_max = _mm256_set1_ps(static_cast<float>(s.q_hi - s.zero_point));
  const __m256 sum_min = _mm256_set1_ps(static_cast<float>(s.sum_lo - s.sum_zero_point));
  const __m256 sum_max = _mm256_set1_ps(static_cast<float>(s.sum_hi - s.sum_zero_point));
  const __m256 acc_ratio = _mm256_set1_ps(s.acc_ratio);
  const __m256 residual_ratio = _mm256_set1_ps(s.residual_ratio);
  const __m256i residual_zero_point = _mm256_set1_epi32(s.residual_zero_point);
  const PackerAvx2<V> packer(s.sum_zero_point, s.sum_lo, t.n);
  const float* scale = t.scale;
  const uint8_t* residual = static_cast<const uint8_t*>(t.residual);
  const int64_t residual_stride = t.residual_stride;
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    __m256i r[V];
    WidenFirst(residual, packer.n, r);
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      __m256 q = Scaled(acc[i][v], _mm256_load_ps(scale + 8 * v));
      q = _mm256_min_ps(_mm256_max_ps(q, q_min), q_max);
      q = _mm256_round_ps(q, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      const __m256 b = _mm256_cvtepi32_ps(_mm256_sub_epi32(r[v], residual_zero_point));
      const __m256 x = _mm256_add_ps(_mm256_mul_ps(q, acc_ratio), _mm256_mul_ps(b, residual_ratio));
      acc[i][v] = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(x, sum_min), sum_max));
    });
    residual += residual_stride;
  });
  packer.Store(acc, dst, t.dst_stride);
}

}  // namespace
}  // namespace assay::gemm
