// The vector operations of rows.h in 64-byte vectors. Include only in variants.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/intrinsics.h"
#include "kernels/gemm/tiles/mask_avx512.h"

namespace assay::elementwise {
namespace {

struct Vec512 {
  using Float = __m512;
  using Int = __m512i;
  static constexpr int64_t kFloats = 16, kBytes = 64;
  static constexpr int kRegisters = 32;

  // Which lanes a load or store touches: all, the first n of 4 bytes, the first n bytes.
  struct All {};
  struct First {
    [[gnu::always_inline]] explicit First(int64_t n) : mask(gemm::Mask16(n)) {}
    __mmask16 mask;
  };
  struct FirstBytes {
    [[gnu::always_inline]] explicit FirstBytes(int64_t n) : mask(gemm::Mask64(n)) {}
    __mmask64 mask;
  };

  [[gnu::always_inline]] static Float Load(const float* p, All) { return _mm512_loadu_ps(p); }
  [[gnu::always_inline]] static Float Load(const float* p, First lanes) {
    return _mm512_maskz_loadu_ps(lanes.mask, p);
  }
  [[gnu::always_inline]] static void Store(float* p, Float x, All) { _mm512_storeu_ps(p, x); }
  [[gnu::always_inline]] static void Store(float* p, Float x, First lanes) {
    _mm512_mask_storeu_ps(p, lanes.mask, x);
  }
  [[gnu::always_inline]] static Int LoadInt(const int32_t* p, All) { return _mm512_loadu_si512(p); }
  [[gnu::always_inline]] static Int LoadInt(const int32_t* p, First lanes) {
    return _mm512_maskz_loadu_epi32(lanes.mask, p);
  }
  // Bytes, one to a lane of 4.
  [[gnu::always_inline]] static Int LoadWidened(const uint8_t* p, All) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Int LoadWidened(const uint8_t* p, First lanes) {
    return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(lanes.mask, p));
  }
  [[gnu::always_inline]] static Int LoadBytes(const uint8_t* p, All) {
    return _mm512_loadu_si512(p);
  }
  [[gnu::always_inline]] static Int LoadBytes(const uint8_t* p, FirstBytes lanes) {
    return _mm512_maskz_loadu_epi8(lanes.mask, p);
  }
  [[gnu::always_inline]] static void StoreBytes(uint8_t* p, Int x, All) {
    _mm512_storeu_si512(p, x);
  }
  [[gnu::always_inline]] static void StoreBytes(uint8_t* p, Int x, FirstBytes lanes) {
    _mm512_mask_storeu_epi8(p, lanes.mask, x);
  }

  // Lanes of 4 bytes to one, clamped to 0 and 255.
  [[gnu::always_inline]] static void StoreNarrowed(uint8_t* p, Int x, All) {
    const __m128i bytes = _mm512_cvtusepi32_epi8(_mm512_max_epi32(x, Zero()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
  }
  [[gnu::always_inline]] static void StoreNarrowed(uint8_t* p, Int x, First lanes) {
    const __m128i bytes = _mm512_cvtusepi32_epi8(_mm512_max_epi32(x, Zero()));
    _mm_mask_storeu_epi8(p, lanes.mask, bytes);
  }

  // Counts as a use of x.
  [[gnu::always_inline]] static void Keep(Int x) { __asm__ volatile("" : : "v"(x)); }
  [[gnu::always_inline]] static Float Set(float x) { return _mm512_set1_ps(x); }
  [[gnu::always_inline]] static Int Set16(int32_t x) {
    return _mm512_set1_epi16(static_cast<int16_t>(x));
  }
  [[gnu::always_inline]] static Int Set32(int32_t x) { return _mm512_set1_epi32(x); }
  [[gnu::always_inline]] static Int Set8(uint8_t x) {
    return _mm512_set1_epi8(static_cast<char>(x));
  }
  [[gnu::always_inline]] static Int Zero() { return _mm512_setzero_si512(); }

  [[gnu::always_inline]] static Float Add(Float a, Float b) { return _mm512_add_ps(a, b); }
  [[gnu::always_inline]] static Float Sub(Float a, Float b) { return _mm512_sub_ps(a, b); }
  [[gnu::always_inline]] static Float Mul(Float a, Float b) { return _mm512_mul_ps(a, b); }
  [[gnu::always_inline]] static Float Fma(Float a, Float b, Float c) {
    return _mm512_fmadd_ps(a, b, c);
  }
  [[gnu::always_inline]] static Float Div(Float a, Float b) { return _mm512_div_ps(a, b); }
  // b where either is NaN.
  [[gnu::always_inline]] static Float Min(Float a, Float b) { return _mm512_min_ps(a, b); }
  [[gnu::always_inline]] static Float Max(Float a, Float b) { return _mm512_max_ps(a, b); }
  // x * 2^n, by its exponent; the low bits of n_bits hold n.
  [[gnu::always_inline]] static Float TimesPowerOf2(Float x, Float n_bits) {
    return _mm512_castsi512_ps(_mm512_add_epi32(
        _mm512_castps_si512(x), _mm512_slli_epi32(_mm512_castps_si512(n_bits), 23)));
  }
  // 0 where t < bound, else x: where t is NaN, too.
  [[gnu::always_inline]] static Float ZeroBelow(Float x, Float t, Float bound) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(t, bound, _CMP_NLT_UQ), x);
  }
  [[gnu::always_inline]] static bool AnyAtLeast(Float x, Float bound) {
    return _mm512_cmp_ps_mask(x, bound, _CMP_GE_OQ) != 0;
  }
  // The greater of `most` and |x - x rounded|, where q is x rounded; `most` for NaN.
  [[gnu::always_inline]] static Float MostRounded(Float x, Int, Float most) {
    return _mm512_range_ps(_mm512_reduce_ps(x, 0), most, 0b1011);  // Greatest magnitude.
  }
  [[gnu::always_inline]] static Float AsFloat(Int x) { return _mm512_castsi512_ps(x); }
  [[gnu::always_inline]] static Float ToFloat(Int x) { return _mm512_cvtepi32_ps(x); }
  // To the nearest, half to even; INT32_MIN for NaN and what does not fit.
  [[gnu::always_inline]] static Int ToInt(Float x) { return _mm512_cvtps_epi32(x); }

  // Within lanes of 16 bytes, all of these.
  [[gnu::always_inline]] static Int UnpackLo8(Int a, Int b) { return _mm512_unpacklo_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackHi8(Int a, Int b) { return _mm512_unpackhi_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackLo16(Int a, Int b) { return _mm512_unpacklo_epi16(a, b); }
  [[gnu::always_inline]] static Int UnpackHi16(Int a, Int b) { return _mm512_unpackhi_epi16(a, b); }
  [[gnu::always_inline]] static Int Pack32(Int a, Int b) { return _mm512_packs_epi32(a, b); }
  [[gnu::always_inline]] static Int Pack16(Int a, Int b) { return _mm512_packus_epi16(a, b); }
  // The bytes of Pack16(Pack32(v0, v1), Pack32(v2, v3)) in the order of v0 v1 v2 v3.
  [[gnu::always_inline]] static Int InOrder(Int packed) {
    const Int index = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(index, packed);
  }

  [[gnu::always_inline]] static Int Add16(Int a, Int b) { return _mm512_add_epi16(a, b); }
  // Words: the sums of pairs of bytes, unsigned.
  [[gnu::always_inline]] static Int SumPairs8(Int x) { return _mm512_maddubs_epi16(x, Set8(1)); }
  [[gnu::always_inline]] static Int Sub16(Int a, Int b) { return _mm512_sub_epi16(a, b); }
  [[gnu::always_inline]] static Int Add32(Int a, Int b) { return _mm512_add_epi32(a, b); }
  [[gnu::always_inline]] static Int Mul32(Int a, Int b) { return _mm512_mullo_epi32(a, b); }
  template <int kBits>
  [[gnu::always_inline]] static Int ShiftLeft16(Int x) {
    return _mm512_slli_epi16(x, kBits);
  }
  template <int kBits>
  [[gnu::always_inline]] static Int ShiftRight16(Int x) {
    return _mm512_srli_epi16(x, kBits);
  }
  [[gnu::always_inline]] static Int AddSaturated16(Int a, Int b) { return _mm512_adds_epi16(a, b); }
  [[gnu::always_inline]] static Int Min8(Int a, Int b) { return _mm512_min_epu8(a, b); }
  [[gnu::always_inline]] static Int Max8(Int a, Int b) { return _mm512_max_epu8(a, b); }
  [[gnu::always_inline]] static Int And(Int a, Int b) { return _mm512_and_si512(a, b); }

  // 256 entries, looked up by every byte. A word holds two, and vpermi2w finds one of 64 words, so
  // that two of them and a choice by the top bit find the pair; even and odd bytes in turn.
  class Table {
   public:
    [[gnu::always_inline]] explicit Table(const uint8_t* p)
        : v_{_mm512_loadu_si512(p), _mm512_loadu_si512(p + 64), _mm512_loadu_si512(p + 128),
             _mm512_loadu_si512(p + 192)} {}
    [[gnu::always_inline]] Int operator()(Int x) const {
      constexpr __mmask64 kOdd = 0xaaaaaaaaaaaaaaaa;
      const Int even = Pair(_mm512_srli_epi16(x, 1), _mm512_movepi16_mask(_mm512_slli_epi16(x, 8)));
      const Int odd = Pair(_mm512_srli_epi16(x, 9), _mm512_movepi16_mask(x));
      const Int first = _mm512_mask_blend_epi8(kOdd, even, _mm512_slli_epi16(odd, 8));
      const Int second = _mm512_mask_blend_epi8(kOdd, _mm512_srli_epi16(even, 8), odd);
      return _mm512_mask_blend_epi8(_mm512_test_epi8_mask(x, Set8(1)), first, second);
    }

   private:
    [[gnu::always_inline]] Int Pair(Int index, __mmask32 upper) const {
      return _mm512_mask_blend_epi16(upper, _mm512_permutex2var_epi16(v_[0], index, v_[1]),
                                     _mm512_permutex2var_epi16(v_[2], index, v_[3]));
    }
    Int v_[4];
  };
};

}  // namespace
}  // namespace assay::elementwise
