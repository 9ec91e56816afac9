// u8 x s8 tiles of M rows by V vectors of 8 columns, AVX2 with or without VNNI, in its VEX form or, on
// 32 registers, its EVEX form.
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

#if defined(__AVXVNNI__) || defined(__AVX512VNNI__)
// RhsFormat::kS8x4.
struct VnniAvx2 {
  using Element = uint8_t;
  using Vector = __m256i;
  using Acc = __m256i;
  static constexpr int kStep = 4, kParts = 1, kVectorBytes = 32;
  static constexpr bool kConstants = false;
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
#ifdef __AVXVNNI__
    return _mm256_dpbusd_avx_epi32(acc, a, b);
#else
    return _mm256_dpbusd_epi32(acc, a, b);
#endif
  }
};
#endif

// RhsFormat::kSignMagnitude8x4.
struct SignMagnitudeAvx2 {
  using Element = uint8_t;
  using Vector = __m256i;
  using Acc = __m256i;
  struct Column {
    __m256i magnitudes, masks;
  };
  static constexpr int kStep = 4, kParts = 1, kVectorBytes = 64;
  static constexpr bool kConstants = true;  // Behind the steps of each tap.
  [[gnu::always_inline]] static Column Load(const uint8_t* p) {
    return {LoadAligned(p), LoadAligned(p + 32)};
  }
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
  // The sum in assembly: left to itself, clang 19 moves the accumulators about and spills one.
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, const Column& b) {
    const Vector pairs = _mm256_maddubs_epi16(b.magnitudes, _mm256_xor_si256(a, b.masks));
    asm("vpaddd %1, %0, %0" : "+x"(acc) : "x"(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1))));
    return acc;
  }
  // The same for two columns, in step, which gains 2 %.
  [[gnu::always_inline]] static void DotPair(Acc (&acc)[2], Vector a, const Column (&b)[2]) {
    Vector product;
    asm("vpxor %[mask0], %[a], %[product]\n\t"
        "vpxor %[mask1], %[a], %[a]\n\t"
        "vpmaddubsw %[product], %[magnitude0], %[product]\n\t"
        "vpmaddubsw %[a], %[magnitude1], %[a]\n\t"
        "vpmaddwd %[ones], %[product], %[product]\n\t"
        "vpmaddwd %[ones], %[a], %[a]\n\t"
        "vpaddd %[product], %[acc0], %[acc0]\n\t"
        "vpaddd %[a], %[acc1], %[acc1]"
        : [acc0] "+x"(acc[0]), [acc1] "+x"(acc[1]), [a] "+&x"(a), [product] "=&x"(product)
        : [mask0] "x"(b[0].masks), [mask1] "x"(b[1].masks), [magnitude0] "x"(b[0].magnitudes),
          [magnitude1] "x"(b[1].magnitudes), [ones] "x"(_mm256_set1_epi16(1)));
  }
};

// What the accumulators of a tile start with: the bias and, behind the steps of each tap, the
// constants of RhsFormat::kSignMagnitude8x4.
template <typename Arch, int V>
struct StartAvx2 {
  __m256i bias[V];

  [[gnu::always_inline]] explicit StartAvx2(const Tile& t) {
    Unroll<V>([&]<int v>() __attribute__((always_inline)) {
      bias[v] = LoadAligned(static_cast<const uint8_t*>(t.bias) + 32 * v);
    });
    if constexpr (!Arch::kConstants) return;
    const int64_t steps_bytes = (t.k + 3) / 4 * V * Arch::kVectorBytes;
    const uint8_t* behind = static_cast<const uint8_t*>(t.rhs) + steps_bytes;
    for (int64_t tap = 0; tap < t.taps; ++tap) {
      const uint8_t* constants = behind + t.rhs_offsets[tap];
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        bias[v] = _mm256_add_epi32(bias[v], LoadAligned(constants + 32 * v));
      });
    }
  }
};

template <typename Arch, int MR, int M, int V>
[[gnu::always_inline]] inline void AccumulateOn(const StartAvx2<Arch, V>& start, const Tile& t,
                                                __m256i (&acc)[M][V]) {
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    Unroll<V>([&]<int v>() __attribute__((always_inline)) { acc[i][v] = start.bias[v]; });
  });
  Accumulate<Arch, MR>(t, acc);
}

template <typename Arch, int MR, int V>
struct S32TileAvx2 {
  using Start = StartAvx2<Arch, V>;
  static constexpr int kColumns = 8 * V, kDstBytes = 4;

  template <int M>
  static void Run(const Tile& t) {
    StoreBlock<M>(t, Start(t), t.n);
  }
  template <int M>
  [[gnu::always_inline]] static void WholeBlock(const Tile& t, const Start& start) {
    StoreBlock<M>(t, start, kColumns);
  }

 private:
  template <int M>
  [[gnu::always_inline]] static void StoreBlock(const Tile& t, const Start& start, int64_t n) {
    __m256i acc[M][V];
    AccumulateOn<Arch, MR>(start, t, acc);
    int32_t* dst = static_cast<int32_t*>(t.dst);
    const int64_t dst_stride = t.dst_stride;
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        StoreFirst(dst + 8 * v, acc[i][v], n - 8 * v);
      });
      dst += dst_stride;
    });
  }
};

template <typename Arch, int MR, int V>
struct U8TileAvx2 {
  using Start = StartAvx2<Arch, V>;
  static constexpr int kColumns = 8 * V, kDstBytes = 1;

  template <int M>
  static void Run(const Tile& t) {
    __m256i acc[M][V];
    AccumulateOn<Arch, MR>(Start(t), t, acc);
    if (t.residual == nullptr) {
      Requantize(t, acc, t.n);
    } else {
      RequantizeAndAdd(t, acc);
    }
  }
  template <int M>
  [[gnu::always_inline]] static void WholeBlock(const Tile& t, const Start& start) {
    __m256i acc[M][V];
    AccumulateOn<Arch, MR>(start, t, acc);
    Requantize(t, acc, kColumns);
  }
};

}  // namespace
}  // namespace assay::gemm
