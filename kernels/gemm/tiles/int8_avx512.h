// u8 x s8 tiles of M rows by V vectors of 16 columns, AVX-512 with or without VNNI.
#pragma once

#include "kernels/gemm/tiles/accumulate.h"
#include "kernels/gemm/tiles/fetch_dst.h"
#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/mask_avx512.h"
#include "kernels/gemm/tiles/requantize_avx512.h"
#include "kernels/gemm/tiles/rows.h"
#include "kernels/gemm/tiles/word.h"

namespace assay::gemm {
namespace {

// The last n < 4 bytes before p, of at least four, followed by zeros; in all lanes.
[[gnu::always_inline]] inline __m512i LastBytes(const uint8_t* p, int64_t n) {
  const __m128i bits = _mm_cvtsi64_si128(8 * (4 - n));
  return _mm512_srl_epi32(_mm512_set1_epi32(LoadWord(p - 4)), bits);
}

#ifdef __AVX512VNNI__
// RhsFormat::kS8x4: vpdpbusd adds four products to an int32 without saturating anything.
struct VnniAvx512 {
  using Element = uint8_t;
  using Vector = __m512i;
  using Acc = __m512i;
  static constexpr int kStep = 4, kParts = 1, kVectorBytes = 64;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) { return _mm512_load_si512(p); }
  [[gnu::always_inline]] static Vector Broadcast(const uint8_t* p) {
    return _mm512_set1_epi32(LoadWord(p));
  }
  [[gnu::always_inline]] static Vector Last(const uint8_t* p, int64_t n) {
    return LastBytes(p, n);
  }
  template <int>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return lhs;
  }
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    return _mm512_dpbusd_epi32(acc, a, b);
  }
};
#endif

// RhsFormat::kS16x4, in two parts: the even, then the odd bytes of four u8, each zero-extended to
// 16 bits by one operation, times weights kept as s16. vpmaddubsw, twice as wide, saturates: 2 x
// 255 x 127 does not fit 16 bits.
struct MaddAvx512 {
  using Element = uint8_t;
  using Vector = __m512i;
  using Acc = __m512i;
  static constexpr int kStep = 4, kParts = 2, kVectorBytes = 64;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) { return _mm512_load_si512(p); }
  [[gnu::always_inline]] static Vector Broadcast(const uint8_t* p) {
    return _mm512_set1_epi32(LoadWord(p));
  }
  [[gnu::always_inline]] static Vector Last(const uint8_t* p, int64_t n) {
    return LastBytes(p, n);
  }
  template <int part>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return part == 0 ? _mm512_and_si512(lhs, _mm512_set1_epi16(0xff))
                     : _mm512_srli_epi16(lhs, 8);
  }
  // The sum in assembly: left to itself, clang 19 moves the accumulators about and spills one.
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    asm("vpaddd %1, %0, %0" : "+v"(acc) : "v"(_mm512_madd_epi16(a, b)));
    return acc;
  }
};

// Accumulators that start at the bias.
template <typename Arch, int MR, int M, int V>
[[gnu::always_inline]] inline void AccumulateOnBias(const Tile& t, __m512i (&acc)[M][V]) {
  Unroll<V>([&]<int v>() __attribute__((always_inline)) {
    const __m512i bias = _mm512_load_si512(static_cast<const int32_t*>(t.bias) + 16 * v);
    Unroll<M>([&]<int i>() __attribute__((always_inline)) { acc[i][v] = bias; });
  });
  Accumulate<Arch, MR>(t, acc);
}

template <typename Arch, int MR, int V>
struct S32TileAvx512 {
  template <int M>
  static void Run(const Tile& t) {
    if (t.dst_is_far) FetchDst<M, V>(t);
    __m512i acc[M][V];
    AccumulateOnBias<Arch, MR>(t, acc);
    if (t.n == 16 * V) {
      StoreTile(t, acc, AllColumns());
    } else {
      StoreTile(t, acc, FirstColumns<V>(t.n));
    }
  }

 private:
  template <int M, typename Columns>
  [[gnu::always_inline]] static void StoreTile(const Tile& t, const __m512i (&acc)[M][V],
                                               Columns columns) {
    float* dst = static_cast<float*>(t.dst);  // Bits of 32, whatever they mean.
    const int64_t dst_stride = t.dst_stride;
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        columns.template Store<v>(dst + 16 * v, _mm512_castsi512_ps(acc[i][v]));
      });
      dst += dst_stride;
    });
  }
};

template <typename Arch, int MR, int V>
struct U8TileAvx512 {
  template <int M>
  static void Run(const Tile& t) {
    __m512i acc[M][V];
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
