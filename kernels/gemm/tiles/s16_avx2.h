// s16 x s16 tiles of M rows by V vectors of 8 columns (S32TileAvx2), AVX2 with or without VNNI:
// RhsFormat::kS16x2. A word of a row is two of k.
#pragma once

#include "kernels/gemm/tiles/int8_avx2.h"

namespace assay::gemm {
namespace {

struct WordsAvx2 {
  using Element = int16_t;
  using Vector = __m256i;
  using Acc = __m256i;
  static constexpr int kStep = 2, kParts = 1, kVectorBytes = 32;
  static constexpr bool kConstants = false;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) { return LoadAligned(p); }
  // Not in assembly, as WordsAvx512's is: 3 % less.
  [[gnu::always_inline]] static Vector Broadcast(const int16_t* p) {
    return _mm256_set1_epi32(LoadWord(reinterpret_cast<const uint8_t*>(p)));
  }
  // The last one, of at least two.
  [[gnu::always_inline]] static Vector Last(const int16_t* p, int64_t) {
    return _mm256_srli_epi32(Broadcast(p - 2), 16);
  }
  template <int>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return lhs;
  }
  // As WordsAvx512 and SignMagnitudeAvx2.
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
#ifdef __AVXVNNI__
    asm("%{vex%} vpdpwssd %2, %1, %0" : "+x"(acc) : "x"(a), "x"(b));
#else
    asm("vpaddd %1, %0, %0" : "+x"(acc) : "x"(_mm256_madd_epi16(a, b)));
#endif
    return acc;
  }
};

}  // namespace
}  // namespace assay::gemm
