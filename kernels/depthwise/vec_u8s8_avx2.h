// The vector operations of quads_u8s8.h in 32-byte vectors. Include only in variants.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace assay::depthwise {
namespace {

// Parts of a 16-byte vector, 1 <= n < 16 bytes, without touching others: pieces of 8, 4 and fewer.
[[gnu::noinline]] __m128i LoadTail(const uint8_t* p, int64_t n) {
  uint64_t words[2] = {0, 0};
  uint8_t* to = reinterpret_cast<uint8_t*>(words);
  if (n & 8) std::memcpy(to, p, 8);
  if (n & 4) std::memcpy(to + (n & 8), p + (n & 8), 4);
  for (int64_t i = n & 12; i < n; ++i) to[i] = p[i];
  return _mm_set_epi64x(static_cast<int64_t>(words[1]), static_cast<int64_t>(words[0]));
}
[[gnu::noinline]] void StoreTail(uint8_t* p, __m128i x, int64_t n) {
  uint8_t from[16];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(from), x);
  if (n & 8) std::memcpy(p, from, 8);
  if (n & 4) std::memcpy(p + (n & 8), from + (n & 8), 4);
  for (int64_t i = n & 12; i < n; ++i) p[i] = from[i];
}

[[gnu::always_inline]] inline __m128i LoadSome(const uint8_t* p, int64_t n) {
  return n == 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)) : LoadTail(p, n);
}
[[gnu::always_inline]] inline void StoreSome(uint8_t* p, __m128i x, int64_t n) {
  if (n == 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x);
  StoreTail(p, x, n);
}

template <bool kVnni>
struct Vec256 {
  using Int = __m256i;
  using Float = __m256;
  static constexpr int kLanes = 2;
  static constexpr int kColumns = 2;            // Groups of columns done together.
  static constexpr int kParts = kVnni ? 1 : 2;  // Vectors that hold one quad in scratch.

  [[gnu::always_inline]] static Int Load(const void* p) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
  }
  [[gnu::always_inline]] static Float LoadFloat(const float* p) { return _mm256_loadu_ps(p); }
  [[gnu::always_inline]] static void Store(void* p, Int x) {
    _mm256_storeu_si256(static_cast<__m256i*>(p), x);
  }
  [[gnu::always_inline]] static Int Set8(int x) { return _mm256_set1_epi8(static_cast<char>(x)); }
  [[gnu::always_inline]] static Int Set16(int x) {
    return _mm256_set1_epi16(static_cast<int16_t>(x));
  }
  [[gnu::always_inline]] static Int Set32(int x) { return _mm256_set1_epi32(x); }
  [[gnu::always_inline]] static Float SetFloat(float x) { return _mm256_set1_ps(x); }

  // One pixel's block per piece: n of its bytes.
  [[gnu::always_inline]] static Int LoadPieces(const uint8_t* const (&p)[1], int64_t n) {
    if (n == 32) return Load(p[0]);
    const __m128i lo = LoadSome(p[0], n < 16 ? n : 16);
    const __m128i hi = n > 16 ? LoadSome(p[0] + 16, n - 16) : _mm_setzero_si128();
    return _mm256_inserti128_si256(_mm256_castsi128_si256(lo), hi, 1);
  }
  [[gnu::always_inline]] static Int LoadPieces(const uint8_t* const (&p)[2], int64_t n) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(LoadSome(p[0], n)), LoadSome(p[1], n), 1);
  }
  [[gnu::always_inline]] static void StorePiece(uint8_t* dst, Int x, int64_t n,
                                                std::integral_constant<int, 1>, int) {
    if (n == 32) return Store(dst, x);
    StoreSome(dst, _mm256_castsi256_si128(x), n < 16 ? n : 16);
    if (n > 16) StoreSome(dst + 16, _mm256_extracti128_si256(x, 1), n - 16);
  }
  [[gnu::always_inline]] static void StorePiece(uint8_t* dst, Int x, int64_t n,
                                                std::integral_constant<int, 2>, int i) {
    StoreSome(dst, i == 0 ? _mm256_castsi256_si128(x) : _mm256_extracti128_si256(x, 1), n);
  }

  [[gnu::always_inline]] static Int UnpackLo8(Int a, Int b) { return _mm256_unpacklo_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackHi8(Int a, Int b) { return _mm256_unpackhi_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackLo16(Int a, Int b) { return _mm256_unpacklo_epi16(a, b); }
  [[gnu::always_inline]] static Int UnpackHi16(Int a, Int b) { return _mm256_unpackhi_epi16(a, b); }
  [[gnu::always_inline]] static Int Pack32(Int a, Int b) { return _mm256_packs_epi32(a, b); }
  [[gnu::always_inline]] static Int Pack16(Int a, Int b) { return _mm256_packus_epi16(a, b); }
  [[gnu::always_inline]] static Int AddSaturated16(Int a, Int b) { return _mm256_adds_epi16(a, b); }
  [[gnu::always_inline]] static Int Add32(Int a, Int b) { return _mm256_add_epi32(a, b); }
  [[gnu::always_inline]] static Int Sub32(Int a, Int b) { return _mm256_sub_epi32(a, b); }
  [[gnu::always_inline]] static Int Max8(Int a, Int b) { return _mm256_max_epu8(a, b); }
  [[gnu::always_inline]] static Int Min8(Int a, Int b) { return _mm256_min_epu8(a, b); }
  [[gnu::always_inline]] static Float ToFloat(Int x) { return _mm256_cvtepi32_ps(x); }
  [[gnu::always_inline]] static Int ToInt(Float x) { return _mm256_cvtps_epi32(x); }
  [[gnu::always_inline]] static Float Mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
  [[gnu::always_inline]] static Float AsFloat(Int x) { return _mm256_castsi256_ps(x); }
  [[gnu::always_inline]] static Float MulAdd(Float a, Float b, Float c) {
    return _mm256_fmadd_ps(a, b, c);
  }
  [[gnu::always_inline]] static Float Add(Float a, Float b) { return _mm256_add_ps(a, b); }
  // a > b ? a : b and a < b ? a : b: b where either is NaN.
  [[gnu::always_inline]] static Float Max(Float a, Float b) { return _mm256_max_ps(a, b); }
  [[gnu::always_inline]] static Float Min(Float a, Float b) { return _mm256_min_ps(a, b); }
  [[gnu::always_inline]] static Int Zero() { return _mm256_setzero_si256(); }

  [[gnu::always_inline]] static Int EvenBytes(Int quads) {
    return _mm256_and_si256(quads, _mm256_set1_epi16(0xff));
  }
  [[gnu::always_inline]] static Int OddBytes(Int quads) { return _mm256_srli_epi16(quads, 8); }

  // acc + dot products: of bytes, or of words, a quad's even or odd taps.
  [[gnu::always_inline]] static Int Dot(Int acc, Int quads, Int weights) {
#ifdef __AVXVNNI__
    if constexpr (kVnni) return _mm256_dpbusd_avx_epi32(acc, quads, weights);
#endif
    return _mm256_add_epi32(acc, _mm256_madd_epi16(quads, weights));
  }
};

}  // namespace
}  // namespace assay::depthwise
