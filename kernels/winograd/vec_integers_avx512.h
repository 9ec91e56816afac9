// The operations of integers.h in vectors of 64 bytes. Include only in variants.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/requantize_avx512.h"
#include "kernels/winograd/exact_weights.h"

namespace assay::winograd {
namespace {

struct Words512 {
  using Reg = __m512i;
  static constexpr int kLanes = 32;

  struct Lanes {
    __mmask32 mask;
  };
  [[gnu::always_inline]] static Lanes First(int64_t n) {
    return {static_cast<__mmask32>(0xffffffffu >> (32 - n))};
  }
  [[gnu::always_inline]] static Reg Load(const uint8_t* p) {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  [[gnu::always_inline]] static Reg Load(const uint8_t* p, Lanes lanes) {
    return _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(lanes.mask, p));
  }
  [[gnu::always_inline]] static void Store(int16_t* p, Reg x) { _mm512_storeu_si512(p, x); }
  [[gnu::always_inline]] static Reg Add(Reg a, Reg b) { return _mm512_add_epi16(a, b); }
  [[gnu::always_inline]] static Reg Sub(Reg a, Reg b) { return _mm512_sub_epi16(a, b); }
  [[gnu::always_inline]] static Reg Times2(Reg x) { return _mm512_add_epi16(x, x); }
  [[gnu::always_inline]] static Reg Times4(Reg x) { return _mm512_slli_epi16(x, 2); }
};

struct Sums512 {
  using Reg = __m512i;
  static constexpr int kLanes = 16;

  [[gnu::always_inline]] static Reg Load(const int32_t* p) { return _mm512_loadu_si512(p); }
  [[gnu::always_inline]] static Reg Add(Reg a, Reg b) { return _mm512_add_epi32(a, b); }
  [[gnu::always_inline]] static Reg Sub(Reg a, Reg b) { return _mm512_sub_epi32(a, b); }
  [[gnu::always_inline]] static Reg Times2(Reg x) { return _mm512_add_epi32(x, x); }
  [[gnu::always_inline]] static Reg Times4(Reg x) { return _mm512_slli_epi32(x, 2); }
  [[gnu::always_inline]] static Reg Exact(Reg x) {
    const Reg inverse = _mm512_set1_epi32(static_cast<int32_t>(kInverseOf9));
    return _mm512_srai_epi32(_mm512_mullo_epi32(x, inverse), kShift);
  }
  template <int M>
  [[gnu::always_inline]] static void Finish(const gemm::Tile& t, Reg (&x)[M][1]) {
    t.residual == nullptr ? gemm::Requantize(t, x) : gemm::RequantizeAndAdd(t, x);
  }
};

}  // namespace
}  // namespace assay::winograd
