// u8 x s8 tiles of M rows by 16 columns, AVX2 with or without the VEX form of VNNI.
#pragma once

#include "kernels/gemm/tiles/accumulate.h"
#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/requantize_avx2.h"
#include "kernels/gemm/tiles/rows.h"
#include "kernels/gemm/tiles/word.h"

namespace assay::gemm {
namespace {

[[gnu::always_inline]] inline __m256i LoadAligned(const uint8_t* p) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
}

// The last n < 4 bytes before p, of at least four, followed by zeros; in all lanes.
[[gnu::always_inline]] inline __m256i LastBytes(const uint8_t* p, int64_t n) {
  const __m128i bits = _mm_cvtsi64_si128(8 * (4 - n));
  return _mm256_srl_epi32(_mm256_set1_epi32(LoadWord(p - 4)), bits);
}

#ifdef __AVXVNNI__
// RhsFormat::kS8x4.
struct VnniAvx2 {
  using Element = uint8_t;
  using Vector = __m256i;
  using Acc = __m256i;
  static constexpr int kStep = 4, kParts = 1, kVectorBytes = 32;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) { return LoadAligned(p); }
  [[gnu::always_inline]] static Vector Broadcast(const uint8_t* p) {
    return _mm256_set1_epi32(LoadWord(p));
  }
  [[gnu::always_inline]] static Vector Last(const uint8_t* p, int64_t n) {
    return LastBytes(p, n);
  }
  template <int>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return lhs;
  }
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    return _mm256_dpbusd_avx_epi32(acc, a, b);
  }
};
#endif

// RhsFormat::kS16x4: see MaddAvx512.
struct MaddAvx2 {
  using Element = uint8_t;
  using Vector = __m256i;
  using Acc = __m256i;
  static constexpr int kStep = 4, kParts = 2, kVectorBytes = 32;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) { return LoadAligned(p); }
  [[gnu::always_inline]] static Vector Broadcast(const uint8_t* p) {
    return _mm256_set1_epi32(LoadWord(p));
  }
  [[gnu::always_inline]] static Vector Last(const uint8_t* p, int64_t n) {
    return LastBytes(p, n);
  }
  template <int part>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return part == 0 ? _mm256_and_si256(lhs, _mm256_set1_epi16(0xff))
                     : _mm256_srli_epi16(lhs, 8);
  }
  // The sum in assembly: left to itself, clang 19 moves the accumulators about and spills one.
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    asm("vpaddd %1, %0, %0" : "+x"(acc) : "x"(_mm256_madd_epi16(a, b)));
    return acc;
  }
};

template <typename Arch, int MR, int M>
[[gnu::always_inline]] inline void AccumulateOnBias(const Tile& t, __m256i (&acc)[M][2]) {
  Unroll<2>([&]<int v>() __attribute__((always_inline)) {
    const __m256i bias = LoadAligned(static_cast<const uint8_t*>(t.bias) + 32 * v);
    Unroll<M>([&]<int i>() __attribute__((always_inline)) { acc[i][v] = bias; });
  });
  Accumulate<Arch, MR>(t, acc);
}

template <typename Arch, int MR>
struct S32TileAvx2 {
  template <int M>
  static void Run(const Tile& t) {
    __m256i acc[M][2];
    AccumulateOnBias<Arch, MR>(t, acc);
    int32_t* dst = static_cast<int32_t*>(t.dst);
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      StoreFirst(dst + i * t.dst_stride, acc[i][0], t.n);
      StoreFirst(dst + i * t.dst_stride + 8, acc[i][1], t.n - 8);
    });
  }
};

template <typename Arch, int MR>
struct U8TileAvx2 {
  template <int M>
  static void Run(const Tile& t) {
    __m256i acc[M][2];
    AccumulateOnBias<Arch, MR>(t, acc);
    if (t.residual == nullptr) {
      Requantize(t, acc);
    } else {
      RequantizeAndAdd(t, acc);
    }
  }
};

}  // namespace
}  // namespace assay::gemm
