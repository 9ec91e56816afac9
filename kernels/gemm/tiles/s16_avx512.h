// s16 x s16 tiles of M rows by V vectors of 16 columns (S32TileAvx512), AVX-512 with or without
// VNNI: RhsFormat::kS16x2. A word of a row is two of k.
#pragma once

#include "kernels/gemm/tiles/int8_avx512.h"

namespace assay::gemm {
namespace {

struct WordsAvx512 {
  using Element = int16_t;
  using Vector = __m512i;
  using Acc = __m512i;
  static constexpr int kStep = 2, kParts = 1, kVectorBytes = 64;
  [[gnu::always_inline]] static Vector Load(const uint8_t* p) { return _mm512_load_si512(p); }
  // In assembly: beside that of Dot the compiler takes vbroadcastss, and 16x16 reaches 71 % of the
  // peak for 97.
  [[gnu::always_inline]] static Vector Broadcast(const int16_t* p) {
    Vector words;
    asm("vpbroadcastd %1, %0" : "=v"(words) : "m"(*reinterpret_cast<const int16_t(*)[2]>(p)));
    return words;
  }
  // The last one, of at least two.
  [[gnu::always_inline]] static Vector Last(const int16_t* p, int64_t) {
    return _mm512_srli_epi32(Broadcast(p - 2), 16);
  }
  template <int>
  [[gnu::always_inline]] static Vector Part(Vector lhs) {
    return lhs;
  }
#ifdef __AVX512VNNI__
  // In assembly: clang 19 makes two instructions of the intrinsic, vpmaddwd and vpaddd, which take
  // 1.35 cycles where this one takes 1.
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    asm("vpdpwssd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b));
    return acc;
  }
#else
  [[gnu::always_inline]] static Acc Dot(Acc acc, Vector a, Vector b) {
    return MaddAvx512::Dot(acc, a, b);
  }
#endif
};

}  // namespace
}  // namespace assay::gemm
