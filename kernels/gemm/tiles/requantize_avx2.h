// int32 accumulators to u8, AVX2: as requantize_avx512.h, which has the argument why this is
// RoundClamp exactly. 16 columns per row: two vectors in the order of Variant::u8_lanes = 2.
#pragma once

#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/partial_avx2.h"
#include "kernels/gemm/tiles/unroll.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

[[gnu::always_inline]] inline void PackBytes(const __m256i (&x)[2], int32_t zero_point, int32_t lo,
                                             uint8_t* dst, int64_t n) {
  const __m256i zero_points = _mm256_set1_epi16(static_cast<int16_t>(zero_point));
  const __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(x[0], x[1]), zero_points);
  const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(words, words), 0x08);
  const __m128i floor = _mm_set1_epi8(static_cast<char>(lo));
  StoreFirst(dst, _mm_max_epu8(_mm256_castsi256_si128(bytes), floor), n);
}

[[gnu::always_inline]] inline __m256 Scaled(__m256i acc, __m256 scale) {
  return _mm256_mul_ps(_mm256_cvtepi32_ps(acc), scale);
}

template <int M>
[[gnu::always_inline]] inline void Requantize(const Tile& t, __m256i (&acc)[M][2]) {
  const Stage& s = *t.stage;
  const __m256 max = _mm256_set1_ps(static_cast<float>(s.q_hi - s.zero_point));
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    Unroll<2>([&]<int v>() __attribute__((always_inline)) {
      const __m256 x = Scaled(acc[i][v], _mm256_load_ps(t.scale + 8 * v));
      acc[i][v] = _mm256_cvtps_epi32(_mm256_min_ps(x, max));
    });
    PackBytes(acc[i], s.zero_point, s.q_lo, dst + i * t.dst_stride, t.n);
  });
}

template <int M>
[[gnu::always_inline]] inline void RequantizeAndAdd(const Tile& t, __m256i (&acc)[M][2]) {
  const Stage& s = *t.stage;
  const __m256 q_min = _mm256_set1_ps(static_cast<float>(s.q_lo - s.zero_point));
  const __m256 q_max = _mm256_set1_ps(static_cast<float>(s.q_hi - s.zero_point));
  const __m256 sum_min = _mm256_set1_ps(static_cast<float>(s.sum_lo - s.sum_zero_point));
  const __m256 sum_max = _mm256_set1_ps(static_cast<float>(s.sum_hi - s.sum_zero_point));
  const __m256 acc_ratio = _mm256_set1_ps(s.acc_ratio);
  const __m256 residual_ratio = _mm256_set1_ps(s.residual_ratio);
  const __m256i residual_zero_point = _mm256_set1_epi32(s.residual_zero_point);
  const __m256i zero = _mm256_setzero_si256();
  const uint8_t* residual = static_cast<const uint8_t*>(t.residual);
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    const __m128i bytes = LoadFirst(residual + i * t.residual_stride, t.n);
    const __m256i words =
        _mm256_unpacklo_epi8(_mm256_permute4x64_epi64(_mm256_castsi128_si256(bytes), 0x50), zero);
    const __m256i r[2] = {_mm256_unpacklo_epi16(words, zero), _mm256_unpackhi_epi16(words, zero)};
    Unroll<2>([&]<int v>() __attribute__((always_inline)) {
      __m256 q = Scaled(acc[i][v], _mm256_load_ps(t.scale + 8 * v));
      q = _mm256_min_ps(_mm256_max_ps(q, q_min), q_max);
      q = _mm256_round_ps(q, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      const __m256 b = _mm256_cvtepi32_ps(_mm256_sub_epi32(r[v], residual_zero_point));
      const __m256 x = _mm256_add_ps(_mm256_mul_ps(q, acc_ratio), _mm256_mul_ps(b, residual_ratio));
      acc[i][v] = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(x, sum_min), sum_max));
    });
    PackBytes(acc[i], s.sum_zero_point, s.sum_lo, dst + i * t.dst_stride, t.n);
  });
}

}  // namespace
}  // namespace assay::gemm
