// The operations of integers.h in vectors of 32 bytes. Include only in variants.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/requantize_avx2.h"
#include "kernels/winograd/exact_weights.h"

namespace assay::winograd {
namespace {

struct Words256 {
  using Reg = __m256i;
  static constexpr int kLanes = 16;

  struct Lanes {
    int64_t n;
  };
  [[gnu::always_inline]] static Lanes First(int64_t n) { return {n}; }
  [[gnu::always_inline]] static Reg Load(const uint8_t* p) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Reg Load(const uint8_t* p, Lanes lanes) {
    return _mm256_cvtepu8_epi16(gemm::LoadFew(p, lanes.n));
  }
  [[gnu::always_inline]] static void Store(int16_t* p, Reg x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x);
  }
  [[gnu::always_inline]] static Reg Add(Reg a, Reg b) { return _mm256_add_epi16(a, b); }
  [[gnu::always_inline]] static Reg Sub(Reg a, Reg b) { return _mm256_sub_epi16(a, b); }
  [[gnu::always_inline]] static Reg Times2(Reg x) { return _mm256_add_epi16(x, x); }
  [[gnu::always_inline]] static Reg Times4(Reg x) { return _mm256_slli_epi16(x, 2); }
};

struct Sums256 {
  using Reg = __m256i;
  static constexpr int kLanes = 8;

  [[gnu::always_inline]] static Reg Load(const int32_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  [[gnu::always_inline]] static Reg Add(Reg a, Reg b) { return _mm256_add_epi32(a, b); }
  [[gnu::always_inline]] static Reg Sub(Reg a, Reg b) { return _mm256_sub_epi32(a, b); }
  [[gnu::always_inline]] static Reg Times2(Reg x) { return _mm256_add_epi32(x, x); }
  [[gnu::always_inline]] static Reg Times4(Reg x) { return _mm256_slli_epi32(x, 2); }
  [[gnu::always_inline]] static Reg Exact(Reg x) {
    const Reg inverse = _mm256_set1_epi32(static_cast<int32_t>(kInverseOf9));
    return _mm256_srai_epi32(_mm256_mullo_epi32(x, inverse), kShift);
  }
  template <int M>
  [[gnu::always_inline]] static void Finish(const gemm::Tile& t, Reg (&x)[M][1]) {
    t.residual == nullptr ? gemm::Requantize(t, x, t.n) : gemm::RequantizeAndAdd(t, x);
  }
};

}  // namespace
}  // namespace assay::winograd
