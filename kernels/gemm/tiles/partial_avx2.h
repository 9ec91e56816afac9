// Loads and stores of the first n elements of a vector of 256 bits; n may be negative or past the
// end. Whole vectors take the plain instruction: AVX2's masked stores are slow on AMD's CPUs.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/intrinsics.h"

namespace assay::gemm {
namespace {

[[gnu::always_inline]] inline __m256i FirstLanes(int64_t n) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int32_t>(n)), lane);
}

#ifdef __AVX512VL__
[[gnu::always_inline]] inline __mmask8 FirstMask(int64_t n) {
  return static_cast<__mmask8>(n >= 8 ? 0xff : n <= 0 ? 0 : (1u << n) - 1);
}

[[gnu::always_inline]] inline __m256 LoadFirst(const float* p, int64_t n) {
  return n >= 8 ? _mm256_loadu_ps(p) : _mm256_maskz_loadu_ps(FirstMask(n), p);
}

[[gnu::always_inline]] inline void StoreFirst(float* p, __m256 x, int64_t n) {
  if (n >= 8) {
    _mm256_storeu_ps(p, x);
  } else {
    _mm256_mask_storeu_ps(p, FirstMask(n), x);
  }
}
#else
[[gnu::always_inline]] inline __m256 LoadFirst(const float* p, int64_t n) {
  return n >= 8 ? _mm256_loadu_ps(p) : _mm256_maskload_ps(p, FirstLanes(n));
}

[[gnu::always_inline]] inline void StoreFirst(float* p, __m256 x, int64_t n) {
  if (n >= 8) {
    _mm256_storeu_ps(p, x);
  } else {
    _mm256_maskstore_ps(p, FirstLanes(n), x);
  }
}
#endif

[[gnu::always_inline]] inline void StoreFirst(int32_t* p, __m256i x, int64_t n) {
  StoreFirst(reinterpret_cast<float*>(p), _mm256_castsi256_ps(x), n);
}

#ifdef __AVX512VL__
[[gnu::always_inline]] inline __mmask16 FirstBytes(int64_t n) {
  return static_cast<__mmask16>(n <= 0 ? 0 : (1u << n) - 1);
}

[[gnu::always_inline]] inline __m128i LoadFew(const uint8_t* p, int64_t n) {
  return _mm_maskz_loadu_epi8(FirstBytes(n), p);
}

[[gnu::always_inline]] inline void StoreFew(uint8_t* p, __m128i x, int64_t n) {
  _mm_mask_storeu_epi8(p, FirstBytes(n), x);
}
#else
// Bytes, for which AVX2 has no masked move: one by one, unless all are wanted.
[[gnu::always_inline]] inline __m128i LoadFew(const uint8_t* p, int64_t n) {
  alignas(16) uint8_t bytes[16] = {};
  for (int64_t j = 0; j < n; ++j) bytes[j] = p[j];
  return _mm_load_si128(reinterpret_cast<const __m128i*>(bytes));
}

[[gnu::always_inline]] inline void StoreFew(uint8_t* p, __m128i x, int64_t n) {
  alignas(16) uint8_t bytes[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(bytes), x);
  for (int64_t j = 0; j < n; ++j) p[j] = bytes[j];
}
#endif

[[gnu::always_inline]] inline __m128i LoadFirst(const uint8_t* p, int64_t n) {
  return n >= 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)) : LoadFew(p, n);
}

[[gnu::always_inline]] inline void StoreFirst(uint8_t* p, __m128i x, int64_t n) {
  if (n >= 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x);
  } else {
    StoreFew(p, x, n);
  }
}

// Vectors of 8 bytes, the low half of 16.
[[gnu::always_inline]] inline __m128i LoadFirst8(const uint8_t* p, int64_t n) {
  return n >= 8 ? _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)) : LoadFew(p, n);
}

[[gnu::always_inline]] inline void StoreFirst8(uint8_t* p, __m128i x, int64_t n) {
  if (n >= 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), x);
  } else {
    StoreFew(p, x, n);
  }
}

}  // namespace
}  // namespace assay::gemm
