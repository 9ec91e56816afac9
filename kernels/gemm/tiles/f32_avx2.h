// fp32 tiles of M rows by V vectors of 8 columns, AVX2 and FMA.
#pragma once

#include <type_traits>

#include "kernels/gemm/tiles/accumulate.h"
#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/partial_avx2.h"
#include "kernels/gemm/tiles/rows.h"

namespace assay::gemm {
namespace {

struct F32Avx2 {
  using Element = float;
  using Vector = __m256;
  using Acc = __m256;
  static constexpr int kStep = 1, kParts = 1, kVectorBytes = 32;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) {
    return _mm256_load_ps(reinterpret_cast<const float*>(p));
  }
  [[gnu::always_inline]] static Vector Broadcast(const float* p) { return _mm256_broadcast_ss(p); }
  template <int>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return lhs;
  }
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    return _mm256_fmadd_ps(a, b, acc);
  }
};

// For tiles that take all registers: clang 19 would load ahead of the multiply-adds and spill, so
// these are in assembly, in the order of the source.
struct F32Avx2InOrder : F32Avx2 {
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    asm volatile("vfmadd231ps %2, %1, %0" : "+x"(acc) : "x"(a), "x"(b) : "memory");
    return acc;
  }
};

template <int MR, int V>
struct F32TileAvx2 {
  template <int M>
  static void Run(const Tile& t) {
    __m256 acc[M][V];
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      const __m256 bias = _mm256_load_ps(static_cast<const float*>(t.bias) + 8 * v);
      Unroll<M>([&]<int i>() __attribute__((always_inline)) { acc[i][v] = bias; });
    });
    using Arch = std::conditional_t<(M + 1) * V + 1 == 16, F32Avx2InOrder, F32Avx2>;
    Accumulate<Arch, MR>(t, acc);

    // Copies: a store might change the tile, for all that the compiler knows.
    const __m256 lo = _mm256_set1_ps(t.stage->lo), hi = _mm256_set1_ps(t.stage->hi);
    const float* residual = static_cast<const float*>(t.residual);
    float* dst = static_cast<float*>(t.dst);
    const int64_t dst_stride = t.dst_stride, residual_stride = t.residual_stride, n = t.n;
    if (residual != nullptr) {
      Unroll<M>([&]<int i>() __attribute__((always_inline)) {
        Unroll<V>([&]<int v>() __attribute__((always_inline)) {
          acc[i][v] = _mm256_add_ps(acc[i][v], LoadFirst(residual + 8 * v, n - 8 * v));
        });
        residual += residual_stride;
      });
    }
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        const __m256 y = _mm256_min_ps(hi, _mm256_max_ps(lo, acc[i][v]));  // NaN stays NaN.
        StoreFirst(dst + 8 * v, y, n - 8 * v);
      });
      dst += dst_stride;
    });
  }
};

}  // namespace
}  // namespace assay::gemm
