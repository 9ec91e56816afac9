// Vectors of 8 floats with the masks and registers of AVX-512, for kernels that are written for a
// vector type. Include only in variants.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace assay {
namespace {

struct VecF256Masked {
  using Float = __m256;
  static constexpr int kLanes = 8, kRegisters = 32;

  // The first n lanes; a whole vector needs no mask.
  struct Lanes {
    __mmask8 mask;
  };
  [[gnu::always_inline]] static Lanes First(int64_t n) {
    return {static_cast<__mmask8>(0xffu >> (8 - n))};
  }
  [[gnu::always_inline]] static Float Load(const float* p) { return _mm256_loadu_ps(p); }
  [[gnu::always_inline]] static Float Load(const float* p, Lanes lanes) {
    return _mm256_maskz_loadu_ps(lanes.mask, p);
  }
  [[gnu::always_inline]] static void Store(float* p, Float x) { _mm256_storeu_ps(p, x); }
  [[gnu::always_inline]] static void Store(float* p, Float x, Lanes lanes) {
    _mm256_mask_storeu_ps(p, lanes.mask, x);
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
