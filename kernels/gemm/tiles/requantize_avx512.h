// int32 accumulators to u8, AVX-512: RoundClamp of kernels/base/quant.h, 16 V columns per row.
//
// Saturating packs clamp to 0..255, rows side by side where one does not fill a vector. The zero
// point is added between the packs, in saturating 16 bits; narrower clamps are applied to bytes.
// Rounding, packing and clamping are monotone, so this is RoundClamp exactly. No fused multiply-add:
// it would round differently from the definition.
#pragma once

#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/mask_avx512.h"
#include "kernels/gemm/tiles/unroll.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

// Between and behind the packs.
struct ZeroPointAndClamp {
  __m512i zero_points, lo, hi;

  [[gnu::always_inline]] ZeroPointAndClamp(int32_t zero_point, int32_t q_lo, int32_t q_hi)
      : zero_points(_mm512_set1_epi16(static_cast<int16_t>(zero_point))),
        lo(_mm512_set1_epi8(static_cast<char>(q_lo))),
        hi(_mm512_set1_epi8(static_cast<char>(q_hi))) {}
  [[gnu::always_inline]] __m512i Words(__m512i x) const {
    return _mm512_adds_epi16(x, zero_points);
  }
  [[gnu::always_inline]] __m512i Bytes(__m512i x) const {
    return _mm512_min_epu8(_mm512_max_epu8(x, lo), hi);
  }
};

struct Nothing {
  [[gnu::always_inline]] static __m512i Words(__m512i x) { return x; }
  [[gnu::always_inline]] static __m512i Bytes(__m512i x) { return x; }
};

// Rows that share a vector of bytes.
template <int V>
inline constexpr int kRowsPerVector = V == 1 ? 4 : V == 2 ? 2 : 1;

// M rows of V vectors of int32, the columns in the order of Variant::u8_lanes = 4, as bytes in
// natural order, of which the first n of each row are stored. M <= kRowsPerVector<V>.
template <int M, int V, typename Finish>
[[gnu::always_inline]] inline void PackRows(const __m512i (&x)[M][V], Finish finish, uint8_t* dst,
                                            int64_t dst_stride, int64_t n) {
  constexpr int kVectors = M * V;
  const auto pack = [&]<int i>() __attribute__((always_inline)) {
    if constexpr (i >= kVectors) {
      return _mm512_setzero_si512();
    } else {  // Twice the last: what fills is not stored.
      constexpr int kSecond = i + 1 < kVectors ? i + 1 : i;
      return finish.Words(_mm512_packs_epi32(x[i / V][i % V], x[kSecond / V][kSecond % V]));
    }
  };
  // Lane L: 4 bytes of vector 0, of vector 1, ... of row 0, then of row 1, ...
  const __m512i bytes = finish.Bytes(
      _mm512_packus_epi16(pack.template operator()<0>(), pack.template operator()<2>()));
  if constexpr (V == 1) {
    const __m512i index = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i rows = _mm512_permutexvar_epi32(index, bytes);
    const __mmask16 mask = Mask16(n);
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      _mm_mask_storeu_epi8(dst + i * dst_stride, mask, _mm512_extracti32x4_epi32(rows, i));
    });
  } else if constexpr (V == 2) {
    const __m512i index = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    const __m512i rows = _mm512_permutexvar_epi64(index, bytes);
    const auto mask = static_cast<__mmask32>(Mask64(n < 32 ? n : 32));
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      _mm256_mask_storeu_epi8(dst + i * dst_stride, mask, _mm512_extracti64x4_epi64(rows, i));
    });
  } else if constexpr (V == 3) {
    const __m512i index = _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);
    _mm512_mask_storeu_epi8(dst, Mask64(n < 48 ? n : 48), _mm512_permutexvar_epi32(index, bytes));
  } else {
    _mm512_mask_storeu_epi8(dst, Mask64(n), bytes);
  }
}

// body.operator()<first, count>() for M rows, kRowsPerVector<V> at a time.
template <int M, int V, typename Body>
[[gnu::always_inline]] inline void ForRows(Body&& body) {
  constexpr int kRows = kRowsPerVector<V>;
  Unroll<(M + kRows - 1) / kRows>([&]<int group>() __attribute__((always_inline)) {
    constexpr int kFirst = group * kRows;
    body.template operator()<kFirst, (M - kFirst < kRows ? M - kFirst : kRows)>();
  });
}

[[gnu::always_inline]] inline __m512 Scaled(__m512i acc, __m512 scale) {
  return _mm512_mul_ps(_mm512_cvtepi32_ps(acc), scale);
}

template <int M, int V, typename Finish>
[[gnu::always_inline]] inline void ScaleAndPack(const Tile& t, const float* scale,
                                                const __m512i (&acc)[M][V], Finish finish) {
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  const int64_t dst_stride = t.dst_stride, n = t.n;
  ForRows<M, V>([&]<int first, int count>() __attribute__((always_inline)) {
    __m512i x[count][V];
    Unroll<count>([&]<int i>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        x[i][v] = _mm512_cvtps_epi32(Scaled(acc[first + i][v], _mm512_load_ps(scale + 16 * v)));
      });
    });
    PackRows(x, finish, dst, dst_stride, n);
    dst += count * dst_stride;
  });
}

template <int M, int V>
[[gnu::always_inline]] inline void Requantize(const Tile& t, __m512i (&acc)[M][V]) {
  alignas(64) static constexpr float kOnes[64] = {
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  const Stage& s = *t.stage;
  const float* scale = t.scale;
  if (s.may_overflow) {  // Below, the conversion gives INT32_MIN, which is right.
    const __m512 beyond = _mm512_set1_ps(65536.0f);
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        const __m512 x = Scaled(acc[i][v], _mm512_load_ps(scale + 16 * v));
        acc[i][v] = _mm512_cvtps_epi32(_mm512_min_ps(x, beyond));
      });
    });
    scale = kOnes;
  }
  if (s.zero_point == 0 && s.q_lo == 0 && s.q_hi == 255) {
    ScaleAndPack(t, scale, acc, Nothing());
  } else {
    ScaleAndPack(t, scale, acc, ZeroPointAndClamp(s.zero_point, s.q_lo, s.q_hi));
  }
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
  const ZeroPointAndClamp finish(s.sum_zero_point, s.sum_lo, s.sum_hi);
  const __mmask64 mask = Mask64(t.n < 16 * V ? t.n : 16 * V);
  const float* scale = t.scale;
  const uint8_t* residual = static_cast<const uint8_t*>(t.residual);
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  const int64_t dst_stride = t.dst_stride, residual_stride = t.residual_stride, n = t.n;
  ForRows<M, V>([&]<int first, int count>() __attribute__((always_inline)) {
    __m512i sum[count][V];
    Unroll<count>([&]<int i>() __attribute__((always_inline)) {
      __m512i r[V];
      LoadResidual<V>(residual, mask, r);
      residual += residual_stride;
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        __m512 q = Scaled(acc[first + i][v], _mm512_load_ps(scale + 16 * v));
        q = _mm512_min_ps(_mm512_max_ps(q, q_min), q_max);
        q = _mm512_roundscale_ps(q, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        const __m512 b = _mm512_cvtepi32_ps(_mm512_sub_epi32(r[v], residual_zero_point));
        const __m512 x =
            _mm512_add_ps(_mm512_mul_ps(q, acc_ratio), _mm512_mul_ps(b, residual_ratio));
        sum[i][v] = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(x, sum_min), sum_max));
      });
    });
    PackRows(sum, finish, dst, dst_stride, n);
    dst += count * dst_stride;
  });
}

}  // namespace
}  // namespace assay::gemm
