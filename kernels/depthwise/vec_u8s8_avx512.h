// The vector operations of quads_u8s8.h in 64-byte vectors. Include only in variants.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <type_traits>

namespace assay::depthwise {
namespace {

template <bool kVnni>
struct Vec512 {
  using Int = __m512i;
  using Float = __m512;
  static constexpr int kLanes = 4;
  static constexpr int kColumns = 4;            // Groups of columns done together.
  static constexpr int kParts = kVnni ? 1 : 2;  // Vectors that hold one quad in scratch.

  // The first n bytes, n >= 1.
  [[gnu::always_inline]] static __mmask64 First(int64_t n) { return ~uint64_t{0} >> (64 - n); }

  [[gnu::always_inline]] static Int Load(const void* p) { return _mm512_loadu_si512(p); }
  [[gnu::always_inline]] static Float LoadFloat(const float* p) { return _mm512_loadu_ps(p); }
  [[gnu::always_inline]] static void Store(void* p, Int x) { _mm512_storeu_si512(p, x); }
  [[gnu::always_inline]] static Int Set8(int x) { return _mm512_set1_epi8(static_cast<char>(x)); }
  [[gnu::always_inline]] static Int Set16(int x) {
    return _mm512_set1_epi16(static_cast<int16_t>(x));
  }
  [[gnu::always_inline]] static Int Set32(int x) { return _mm512_set1_epi32(x); }
  [[gnu::always_inline]] static Float SetFloat(float x) { return _mm512_set1_ps(x); }

  // One pixel's block per piece: n of its bytes.
  [[gnu::always_inline]] static Int LoadPieces(const uint8_t* const (&p)[1], int64_t n) {
    return n == 64 ? Load(p[0]) : _mm512_maskz_loadu_epi8(First(n), p[0]);
  }
  [[gnu::always_inline]] static Int LoadPieces(const uint8_t* const (&p)[2], int64_t n) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(Half(p[0], n)), Half(p[1], n), 1);
  }
  [[gnu::always_inline]] static Int LoadPieces(const uint8_t* const (&p)[4], int64_t n) {
    Int x = _mm512_castsi128_si512(Quarter(p[0], n));
    x = _mm512_inserti32x4(x, Quarter(p[1], n), 1);
    x = _mm512_inserti32x4(x, Quarter(p[2], n), 2);
    return _mm512_inserti32x4(x, Quarter(p[3], n), 3);
  }
  [[gnu::always_inline]] static __m256i Half(const uint8_t* p, int64_t n) {
    return n == 32 ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))
                   : _mm256_maskz_loadu_epi8(static_cast<__mmask32>(First(n)), p);
  }
  [[gnu::always_inline]] static __m128i Quarter(const uint8_t* p, int64_t n) {
    return n == 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(p))
                   : _mm_maskz_loadu_epi8(static_cast<__mmask16>(First(n)), p);
  }

  // Piece i of x, n bytes of it; the number of pieces is a constant.
  [[gnu::always_inline]] static void StorePiece(uint8_t* dst, Int x, int64_t n,
                                                std::integral_constant<int, 1>, int) {
    if (n == 64) return Store(dst, x);
    _mm512_mask_storeu_epi8(dst, First(n), x);
  }
  [[gnu::always_inline]] static void StorePiece(uint8_t* dst, Int x, int64_t n,
                                                std::integral_constant<int, 2>, int i) {
    const __m256i half = i == 0 ? _mm512_castsi512_si256(x) : _mm512_extracti64x4_epi64(x, 1);
    if (n == 32) return _mm256_storeu_si256(reinterpret_cast<__m256i*>(dst), half);
    _mm256_mask_storeu_epi8(dst, static_cast<__mmask32>(First(n)), half);
  }
  [[gnu::always_inline]] static void StorePiece(uint8_t* dst, Int x, int64_t n,
                                                std::integral_constant<int, 4>, int i) {
    const __m128i quarter = i == 0   ? _mm512_castsi512_si128(x)
                            : i == 1 ? _mm512_extracti32x4_epi32(x, 1)
                            : i == 2 ? _mm512_extracti32x4_epi32(x, 2)
                                     : _mm512_extracti32x4_epi32(x, 3);
    if (n == 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(dst), quarter);
    _mm_mask_storeu_epi8(dst, static_cast<__mmask16>(First(n)), quarter);
  }

  [[gnu::always_inline]] static Int UnpackLo8(Int a, Int b) { return _mm512_unpacklo_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackHi8(Int a, Int b) { return _mm512_unpackhi_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackLo16(Int a, Int b) { return _mm512_unpacklo_epi16(a, b); }
  [[gnu::always_inline]] static Int UnpackHi16(Int a, Int b) { return _mm512_unpackhi_epi16(a, b); }
  [[gnu::always_inline]] static Int Pack32(Int a, Int b) { return _mm512_packs_epi32(a, b); }
  [[gnu::always_inline]] static Int Pack16(Int a, Int b) { return _mm512_packus_epi16(a, b); }
  [[gnu::always_inline]] static Int AddSaturated16(Int a, Int b) { return _mm512_adds_epi16(a, b); }
  [[gnu::always_inline]] static Int Add32(Int a, Int b) { return _mm512_add_epi32(a, b); }
  [[gnu::always_inline]] static Int Sub32(Int a, Int b) { return _mm512_sub_epi32(a, b); }
  [[gnu::always_inline]] static Int Max8(Int a, Int b) { return _mm512_max_epu8(a, b); }
  [[gnu::always_inline]] static Int Min8(Int a, Int b) { return _mm512_min_epu8(a, b); }
  [[gnu::always_inline]] static Float ToFloat(Int x) { return _mm512_cvtepi32_ps(x); }
  [[gnu::always_inline]] static Int ToInt(Float x) { return _mm512_cvtps_epi32(x); }
  [[gnu::always_inline]] static Float Mul(Float a, Float b) { return _mm512_mul_ps(a, b); }
  [[gnu::always_inline]] static Float AsFloat(Int x) { return _mm512_castsi512_ps(x); }
  [[gnu::always_inline]] static Float MulAdd(Float a, Float b, Float c) {
    return _mm512_fmadd_ps(a, b, c);
  }
  [[gnu::always_inline]] static Float Add(Float a, Float b) { return _mm512_add_ps(a, b); }
  // a > b ? a : b and a < b ? a : b: b where either is NaN.
  [[gnu::always_inline]] static Float Max(Float a, Float b) { return _mm512_max_ps(a, b); }
  [[gnu::always_inline]] static Float Min(Float a, Float b) { return _mm512_min_ps(a, b); }
  [[gnu::always_inline]] static Int Zero() { return _mm512_setzero_si512(); }

  [[gnu::always_inline]] static Int EvenBytes(Int quads) {
    return _mm512_and_si512(quads, _mm512_set1_epi16(0xff));
  }
  [[gnu::always_inline]] static Int OddBytes(Int quads) { return _mm512_srli_epi16(quads, 8); }

  // acc + dot products: of bytes, or of words, a quad's even or odd taps.
  [[gnu::always_inline]] static Int Dot(Int acc, Int quads, Int weights) {
#ifdef __AVX512VNNI__
    if constexpr (kVnni) return _mm512_dpbusd_epi32(acc, quads, weights);
#endif
    return _mm512_add_epi32(acc, _mm512_madd_epi16(quads, weights));
  }
};

}  // namespace
}  // namespace assay::depthwise
