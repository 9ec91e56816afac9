// fp32 tiles of M rows by V vectors of 16 columns, AVX-512.
#pragma once

#include "kernels/gemm/tiles/accumulate.h"
#include "kernels/gemm/tiles/fetch_dst.h"
#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/mask_avx512.h"
#include "kernels/gemm/tiles/rows.h"

namespace assay::gemm {
namespace {

struct F32Avx512 {
  using Element = float;
  using Vector = __m512;
  using Acc = __m512;
  static constexpr int kStep = 1, kParts = 1, kVectorBytes = 64;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) { return _mm512_load_ps(p); }
  [[gnu::always_inline]] static Vector Broadcast(const float* p) { return _mm512_set1_ps(*p); }
  template <int>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return lhs;
  }
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    return _mm512_fmadd_ps(a, b, acc);
  }
};

template <int M, int V, typename Columns>
[[gnu::always_inline]] inline void StoreTile(const Tile& t, __m512 (&acc)[M][V], Columns columns) {
  const __m512 lo = _mm512_set1_ps(t.stage->lo), hi = _mm512_set1_ps(t.stage->hi);
  const float* residual = static_cast<const float*>(t.residual);
  float* dst = static_cast<float*>(t.dst);
  const int64_t dst_stride = t.dst_stride, residual_stride = t.residual_stride;
  if (residual != nullptr) {
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        acc[i][v] = _mm512_add_ps(acc[i][v], columns.template Load<v>(residual + 16 * v));
      });
      residual += residual_stride;
    });
  }
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      // NaN stays NaN. To spare plain products the clamp did not pay: 3136x64x64 lost 6 %.
      const __m512 y = _mm512_min_ps(hi, _mm512_max_ps(lo, acc[i][v]));
      columns.template Store<v>(dst + 16 * v, y);
    });
    dst += dst_stride;
  });
}

// MR: of the variant; M <= MR: of this tile.
template <int MR, int V>
struct F32TileAvx512 {
  template <int M>
  static void Run(const Tile& t) {
    __m512 acc[M][V];
    if (t.dst_is_far) FetchDst<M, V>(t);
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      const __m512 bias = _mm512_load_ps(static_cast<const float*>(t.bias) + 16 * v);
      Unroll<M>([&]<int i>() __attribute__((always_inline)) { acc[i][v] = bias; });
    });
    Accumulate<F32Avx512, MR>(t, acc);

    if (t.n == 16 * V) {
      StoreTile(t, acc, AllColumns());
    } else {
      StoreTile(t, acc, FirstColumns<V>(t.n));
    }
  }
};

}  // namespace
}  // namespace assay::gemm
