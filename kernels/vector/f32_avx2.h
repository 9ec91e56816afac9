// Vectors of 8 floats, for kernels that are written for a vector type. Include only in variants.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace assay {
namespace {

struct VecF256 {
  using Float = __m256;
  static constexpr int kLanes = 8, kRegisters = 16;

  // The first n lanes; a whole vector needs no mask.
  struct Lanes {
    __m256i mask;
  };
  [[gnu::always_inline]] static Lanes First(int64_t n) {
    const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return {_mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), index)};
  }
  [[gnu::always_inline]] static Float Load(const float* p) { return _mm256_loadu_ps(p); }
  [[gnu::always_inline]] static Float Load(const float* p, Lanes lanes) {
    return _mm256_maskload_ps(p, lanes.mask);
  }
  [[gnu::always_inline]] static void Store(float* p, Float x) { _mm256_storeu_ps(p, x); }
  [[gnu::always_inline]] static void Store(float* p, Float x, Lanes lanes) {
    _mm256_maskstore_ps(p, lanes.mask, x);
  }
  [[gnu::always_inline]] static Float Set(float x) { return _mm256_set1_ps(x); }
  [[gnu::always_inline]] static Float MulAdd(Float a, Float b, Float c) {
    return _mm256_fmadd_ps(a, b, c);
  }
  // c - a * b
  [[gnu::always_inline]] static Float NegMulAdd(Float a, Float b, Float c) {
    return _mm256_fnmadd_ps(a, b, c);
  }
  [[gnu::always_inline]] static Float Add(Float a, Float b) { return _mm256_add_ps(a, b); }
  [[gnu::always_inline]] static Float Sub(Float a, Float b) { return _mm256_sub_ps(a, b); }
  [[gnu::always_inline]] static Float Mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
  // max(x, lo) and min(x, hi); NaN stays NaN.
  [[gnu::always_inline]] static Float AtLeast(Float x, Float lo) { return _mm256_max_ps(lo, x); }
  [[gnu::always_inline]] static Float AtMost(Float x, Float hi) { return _mm256_min_ps(hi, x); }
};

}  // namespace
}  // namespace assay
