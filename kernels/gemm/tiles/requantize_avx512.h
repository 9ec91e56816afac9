// int32 accumulators to u8, AVX-512: RoundClamp of kernels/base/quant.h, 16 V columns per row.
//
// The upper clamp is done in floating point, where it also keeps the conversion from overflowing;
// below, the conversion gives INT32_MIN and the saturating packs do the rest. The zero point is
// added between the packs, in saturating 16 bits. Rounding and packing are monotone, so this is
// RoundClamp exactly. No fused multiply-add: it would round differently from the definition.
#pragma once

#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/mask_avx512.h"
#include "kernels/gemm/tiles/unroll.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

// V vectors of int32, the columns in the order of Variant::u8_lanes = 4, to 16 V bytes in natural
// order, of which the first n are stored.
template <int V>
struct Packer {
  __m512i zero_points, floor;
  __mmask64 mask;

  // Made once for a tile: a store of bytes might change the tile, for all that the compiler knows.
  [[gnu::always_inline]] Packer(int32_t zero_point, int32_t lo, int64_t n)
      : zero_points(_mm512_set1_epi16(static_cast<int16_t>(zero_point))),
        floor(_mm512_set1_epi8(static_cast<char>(lo))),
        mask(Mask64(n < 16 * V ? n : 16 * V)) {}

  [[gnu::always_inline]] void Store(const __m512i (&x)[V], uint8_t* dst) const;
};

template <int V>
[[gnu::always_inline]] inline void Packer<V>::Store(const __m512i (&x)[V], uint8_t* dst) const {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i low =
      _mm512_adds_epi16(_mm512_packs_epi32(x[0], V > 1 ? x[V > 1] : zero), zero_points);
  const __m512i high =
      V <= 2 ? zero
             : _mm512_adds_epi16(_mm512_packs_epi32(x[V > 2 ? 2 : 0], V > 3 ? x[V - 1] : zero),
                                 zero_points);
  // Lane L: 4 bytes of vector 0, of vector 1, ...
  __m512i bytes = _mm512_max_epu8(_mm512_packus_epi16(low, high), floor);
  if constexpr (V == 4) {
    _mm512_mask_storeu_epi8(dst, mask, bytes);
  } else {  // Close the gaps of the missing vectors.
    static_assert(V == 1 || V == 2 || V == 3);
    constexpr auto source = [](int i) { return i < 4 * V ? 4 * (i / V) + i % V : 0; };
    const __m512i index =
        _mm512_setr_epi32(source(0), source(1), source(2), source(3), source(4), source(5),
                          source(6), source(7), source(8), source(9), source(10), source(11),
                          source(12), source(13), source(14), source(15));
    bytes = _mm512_permutexvar_epi32(index, bytes);
    _mm512_mask_storeu_epi8(dst, mask, bytes);
  }
}

// float(acc) * scale, rounded to the nearest integer, at most q_hi - zero_point; clamped below by
// nothing.
[[gnu::always_inline]] inline __m512 Scaled(__m512i acc, __m512 scale) {
  return _mm512_mul_ps(_mm512_cvtepi32_ps(acc), scale);
}

template <int M, int V>
[[gnu::always_inline]] inline void Requantize(const Tile& t, __m512i (&acc)[M][V]) {
  const Stage& s = *t.stage;
  const __m512 max = _mm512_set1_ps(static_cast<float>(s.q_hi - s.zero_point));
  const Packer<V> packer(s.zero_point, s.q_lo, t.n);
  const float* scale = t.scale;
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  const int64_t dst_stride = t.dst_stride;
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      const __m512 x = Scaled(acc[i][v], _mm512_load_ps(scale + 16 * v));
      acc[i][v] = _mm512_cvtps_epi32(_mm512_min_ps(x, max));
    });
    packer.Store(acc[i], dst);
    dst += dst_stride;
  });
}

// The bytes of a row in `mask` as V vectors in the order of the accumulators.
template <int V>
[[gnu::always_inline]] inline void LoadResidual(const uint8_t* p, __mmask64 mask, __m512i (&r)[V]) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i bytes = _mm512_maskz_loadu_epi8(mask, p);
  if constexpr (V < 4) {
    constexpr auto source = [](int i) { return i % 4 < V ? i / 4 * V + i % 4 : 0; };
    const __m512i index =
        _mm512_setr_epi32(source(0), source(1), source(2), source(3), source(4), source(5),
                          source(6), source(7), source(8), source(9), source(10), source(11),
                          source(12), source(13), source(14), source(15));
    bytes = _mm512_permutexvar_epi32(index, bytes);
  }
  const __m512i low = _mm512_unpacklo_epi8(bytes, zero);
  r[0] = _mm512_unpacklo_epi16(low, zero);
  if constexpr (V > 1) r[1] = _mm512_unpackhi_epi16(low, zero);
  if constexpr (V > 2) {
    const __m512i high = _mm512_unpackhi_epi8(bytes, zero);
    r[2] = _mm512_unpacklo_epi16(high, zero);
    if constexpr (V > 3) r[3] = _mm512_unpackhi_epi16(high, zero);
  }
}

template <int M, int V>
[[gnu::always_inline]] inline void RequantizeAndAdd(const Tile& t, __m512i (&acc)[M][V]) {
  const Stage& s = *t.stage;
  const __m512 q_min = _mm512_set1_ps(static_cast<float>(s.q_lo - s.zero_point));
  const __m512 q_max = _mm512_set1_ps(static_cast<float>(s.q_hi - s.zero_point));
  const __m512 sum_min = _mm512_set1_ps(static_cast<float>(s.sum_lo - s.sum_zero_point));
  const __m512 sum_max = _mm512_set1_ps(static_cast<float>(s.sum_hi - s.sum_zero_point));
  const __m512 acc_ratio = _mm512_set1_ps(s.acc_ratio);
  const __m512 residual_ratio = _mm512_set1_ps(s.residual_ratio);
  const __m512i residual_zero_point = _mm512_set1_epi32(s.residual_zero_point);
  const Packer<V> packer(s.sum_zero_point, s.sum_lo, t.n);
  const float* scale = t.scale;
  const uint8_t* residual = static_cast<const uint8_t*>(t.residual);
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  const int64_t dst_stride = t.dst_stride, residual_stride = t.residual_stride;
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    __m512i r[V];
    LoadResidual<V>(residual, packer.mask, r);
    residual += residual_stride;
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      __m512 q = Scaled(acc[i][v], _mm512_load_ps(scale + 16 * v));
      q = _mm512_min_ps(_mm512_max_ps(q, q_min), q_max);
      q = _mm512_roundscale_ps(q, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      const __m512 b = _mm512_cvtepi32_ps(_mm512_sub_epi32(r[v], residual_zero_point));
      const __m512 x = _mm512_add_ps(_mm512_mul_ps(q, acc_ratio), _mm512_mul_ps(b, residual_ratio));
      acc[i][v] = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(x, sum_min), sum_max));
    });
    packer.Store(acc[i], dst);
    dst += dst_stride;
  });
}

}  // namespace
}  // namespace assay::gemm
