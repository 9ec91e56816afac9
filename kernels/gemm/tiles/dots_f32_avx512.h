// fp32 tiles of M rows by N columns for few columns, AVX-512: vectors run along k, sixteen of it
// per step, and each cell of the tile is the sum of one vector's lanes at the end.
#pragma once

#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/mask_avx512.h"
#include "kernels/gemm/tiles/rows.h"

namespace assay::gemm {
namespace {

// The sums of four vectors.
[[gnu::always_inline]] inline __m128 SumLanes(const __m512 (&x)[4]) {
  __m256 half[4];
  Unroll<4>([&]<int j>() __attribute__((always_inline)) {
    half[j] = _mm256_add_ps(_mm512_castps512_ps256(x[j]), _mm512_extractf32x8_ps(x[j], 1));
  });
  const __m256 pairs =
      _mm256_hadd_ps(_mm256_hadd_ps(half[0], half[1]), _mm256_hadd_ps(half[2], half[3]));
  return _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
}

// MR: of the variant; M <= MR: of this tile. RhsFormat::kF32x16, panels of four columns, of which
// one or two take code of their own.
template <int MR>
struct F32DotsAvx512 {
  template <int M>
  static void Run(const Tile& t) {
    if (t.n == 1) return Columns<M, 1>(t);
    if (t.n == 2) return Columns<M, 2>(t);
    Columns<M, 4>(t);
  }

 private:
  template <int M, int N>
  [[gnu::always_inline]] static void Columns(const Tile& t) {
    __m512 acc[M][4];
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      Unroll<4>([&]<int j>() __attribute__((always_inline)) { acc[i][j] = _mm512_setzero_ps(); });
    });
    for (int64_t tap = 0; tap < t.taps; ++tap) {
      const float* row[M];
      ReadRows<MR>(t, tap, row);
      const auto* rhs = reinterpret_cast<const float*>(PanelOf(t, tap));
      int64_t k = 0;
      for (; k + 16 <= t.k; k += 16, rhs += 64) Step<M, N>(row, k, AllColumns(), rhs, acc);
      if (k < t.k) Step<M, N>(row, k, FirstColumns<1>(t.k - k), rhs, acc);
    }
    Store<M>(t, acc);
  }

  // `lanes`: those of k that the rows have.
  template <int M, int N, typename Lanes>
  [[gnu::always_inline]] static void Step(const float* const (&row)[M], int64_t k, Lanes lanes,
                                          const float* rhs, __m512 (&acc)[M][4]) {
    __m512 column[N];
    Unroll<N>([&]<int j>()
                  __attribute__((always_inline)) { column[j] = _mm512_load_ps(rhs + 16 * j); });
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      const __m512 lhs = lanes.template Load<0>(row[i] + k);
      Unroll<N>([&]<int j>() __attribute__((always_inline)) {
        acc[i][j] = _mm512_fmadd_ps(lhs, column[j], acc[i][j]);
      });
    });
  }

  template <int M>
  [[gnu::always_inline]] static void Store(const Tile& t, const __m512 (&acc)[M][4]) {
    const __m128 bias = _mm_loadu_ps(static_cast<const float*>(t.bias));
    const __m128 lo = _mm_set1_ps(t.stage->lo), hi = _mm_set1_ps(t.stage->hi);
    const auto mask = static_cast<__mmask8>(Mask16(t.n));
    const float* residual = static_cast<const float*>(t.residual);
    float* dst = static_cast<float*>(t.dst);
    const int64_t dst_stride = t.dst_stride, residual_stride = t.residual_stride;
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      __m128 y = _mm_add_ps(SumLanes(acc[i]), bias);
      if (residual != nullptr) {
        y = _mm_add_ps(y, _mm_maskz_loadu_ps(mask, residual + i * residual_stride));
      }
      y = _mm_min_ps(hi, _mm_max_ps(lo, y));  // NaN stays NaN.
      _mm_mask_storeu_ps(dst + i * dst_stride, mask, y);
    });
  }
};

}  // namespace
}  // namespace assay::gemm
