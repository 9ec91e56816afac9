// The vector operations of rows.h in 32-byte vectors. Include only in variants. What is not
// explained here is in vec_avx512.h.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/gemm/tiles/intrinsics.h"

namespace assay::elementwise {
namespace {

struct Vec256 {
  using Float = __m256;
  using Int = __m256i;
  static constexpr int64_t kFloats = 8, kBytes = 32;
  static constexpr int kRegisters = 16;

  struct All {};
  struct First {
    [[gnu::always_inline]] explicit First(int64_t n)
        : mask(_mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int32_t>(n)),
                                  _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))),
          count(n) {}
    __m256i mask;
    int64_t count;
  };
  struct FirstBytes {
    [[gnu::always_inline]] explicit FirstBytes(int64_t n) : count(n) {}
    int64_t count;
  };

  [[gnu::always_inline]] static Float Load(const float* p, All) { return _mm256_loadu_ps(p); }
  [[gnu::always_inline]] static Float Load(const float* p, First lanes) {
    return _mm256_maskload_ps(p, lanes.mask);
  }
  [[gnu::always_inline]] static void Store(float* p, Float x, All) { _mm256_storeu_ps(p, x); }
  [[gnu::always_inline]] static void Store(float* p, Float x, First lanes) {
    _mm256_maskstore_ps(p, lanes.mask, x);
  }
  [[gnu::always_inline]] static Int LoadInt(const int32_t* p, All) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  [[gnu::always_inline]] static Int LoadInt(const int32_t* p, First lanes) {
    return _mm256_maskload_epi32(p, lanes.mask);
  }
  [[gnu::always_inline]] static Int LoadWidened(const uint8_t* p, All) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Int LoadWidened(const uint8_t* p, First lanes) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, p, static_cast<size_t>(lanes.count));
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<int64_t>(bytes)));
  }
  [[gnu::always_inline]] static Int LoadBytes(const uint8_t* p, All) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  [[gnu::always_inline]] static Int LoadBytes(const uint8_t* p, FirstBytes lanes) {
    alignas(32) uint8_t bytes[32] = {};
    std::memcpy(bytes, p, static_cast<size_t>(lanes.count));
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(bytes));
  }
  [[gnu::always_inline]] static void StoreBytes(uint8_t* p, Int x, All) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x);
  }
  [[gnu::always_inline]] static void StoreBytes(uint8_t* p, Int x, FirstBytes lanes) {
    alignas(32) uint8_t bytes[32];
    _mm256_store_si256(reinterpret_cast<__m256i*>(bytes), x);
    std::memcpy(p, bytes, static_cast<size_t>(lanes.count));
  }

  [[gnu::always_inline]] static uint64_t Narrowed(Int x) {
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(x, x), 0b1000);
    const __m128i low = _mm256_castsi256_si128(words);
    return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(low, low)));
  }
  [[gnu::always_inline]] static void StoreNarrowed(uint8_t* p, Int x, All) {
    const uint64_t bytes = Narrowed(x);
    std::memcpy(p, &bytes, 8);
  }
  [[gnu::always_inline]] static void StoreNarrowed(uint8_t* p, Int x, First lanes) {
    const uint64_t bytes = Narrowed(x);
    std::memcpy(p, &bytes, static_cast<size_t>(lanes.count));
  }

  [[gnu::always_inline]] static void Keep(Int x) { __asm__ volatile("" : : "x"(x)); }
  [[gnu::always_inline]] static Float Set(float x) { return _mm256_set1_ps(x); }
  [[gnu::always_inline]] static Int Set16(int32_t x) {
    return _mm256_set1_epi16(static_cast<int16_t>(x));
  }
  [[gnu::always_inline]] static Int Set32(int32_t x) { return _mm256_set1_epi32(x); }
  [[gnu::always_inline]] static Int Set8(uint8_t x) {
    return _mm256_set1_epi8(static_cast<char>(x));
  }
  [[gnu::always_inline]] static Int Zero() { return _mm256_setzero_si256(); }

  [[gnu::always_inline]] static Float Add(Float a, Float b) { return _mm256_add_ps(a, b); }
  [[gnu::always_inline]] static Float Sub(Float a, Float b) { return _mm256_sub_ps(a, b); }
  [[gnu::always_inline]] static Float Mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
  [[gnu::always_inline]] static Float Fma(Float a, Float b, Float c) {
    return _mm256_fmadd_ps(a, b, c);
  }
  [[gnu::always_inline]] static Float Div(Float a, Float b) { return _mm256_div_ps(a, b); }
  [[gnu::always_inline]] static Float Min(Float a, Float b) { return _mm256_min_ps(a, b); }
  [[gnu::always_inline]] static Float Max(Float a, Float b) { return _mm256_max_ps(a, b); }
  [[gnu::always_inline]] static Float TimesPowerOf2(Float x, Float n_bits) {
    return _mm256_castsi256_ps(_mm256_add_epi32(
        _mm256_castps_si256(x), _mm256_slli_epi32(_mm256_castps_si256(n_bits), 23)));
  }
  [[gnu::always_inline]] static Float ZeroBelow(Float x, Float t, Float bound) {
    return _mm256_and_ps(_mm256_cmp_ps(t, bound, _CMP_NLT_UQ), x);
  }
  [[gnu::always_inline]] static bool AnyAtLeast(Float x, Float bound) {
    return _mm256_movemask_ps(_mm256_cmp_ps(x, bound, _CMP_GE_OQ)) != 0;
  }
  [[gnu::always_inline]] static Float MostRounded(Float x, Int q, Float most) {
    return Max(_mm256_andnot_ps(Set(-0.0f), Sub(x, ToFloat(q))), most);
  }
  [[gnu::always_inline]] static Float AsFloat(Int x) { return _mm256_castsi256_ps(x); }
  [[gnu::always_inline]] static Float ToFloat(Int x) { return _mm256_cvtepi32_ps(x); }
  [[gnu::always_inline]] static Int ToInt(Float x) { return _mm256_cvtps_epi32(x); }

  [[gnu::always_inline]] static Int UnpackLo8(Int a, Int b) { return _mm256_unpacklo_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackHi8(Int a, Int b) { return _mm256_unpackhi_epi8(a, b); }
  [[gnu::always_inline]] static Int UnpackLo16(Int a, Int b) { return _mm256_unpacklo_epi16(a, b); }
  [[gnu::always_inline]] static Int UnpackHi16(Int a, Int b) { return _mm256_unpackhi_epi16(a, b); }
  [[gnu::always_inline]] static Int Pack32(Int a, Int b) { return _mm256_packs_epi32(a, b); }
  [[gnu::always_inline]] static Int Pack16(Int a, Int b) { return _mm256_packus_epi16(a, b); }
  [[gnu::always_inline]] static Int InOrder(Int packed) {
    return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  }

  [[gnu::always_inline]] static Int Add16(Int a, Int b) { return _mm256_add_epi16(a, b); }
  // Words: the sums of pairs of bytes, unsigned.
  [[gnu::always_inline]] static Int SumPairs8(Int x) { return _mm256_maddubs_epi16(x, Set8(1)); }
  [[gnu::always_inline]] static Int Sub16(Int a, Int b) { return _mm256_sub_epi16(a, b); }
  [[gnu::always_inline]] static Int Add32(Int a, Int b) { return _mm256_add_epi32(a, b); }
  [[gnu::always_inline]] static Int Mul32(Int a, Int b) { return _mm256_mullo_epi32(a, b); }
  template <int kBits>
  [[gnu::always_inline]] static Int ShiftLeft16(Int x) {
    return _mm256_slli_epi16(x, kBits);
  }
  template <int kBits>
  [[gnu::always_inline]] static Int ShiftRight16(Int x) {
    return _mm256_srli_epi16(x, kBits);
  }
  [[gnu::always_inline]] static Int AddSaturated16(Int a, Int b) { return _mm256_adds_epi16(a, b); }
  [[gnu::always_inline]] static Int Min8(Int a, Int b) { return _mm256_min_epu8(a, b); }
  [[gnu::always_inline]] static Int Max8(Int a, Int b) { return _mm256_max_epu8(a, b); }
  [[gnu::always_inline]] static Int And(Int a, Int b) { return _mm256_and_si256(a, b); }

  // Sixteen entries at a time by the low half of the byte, then a tree of choices by the bits of
  // the high one.
  class Table {
   public:
    [[gnu::always_inline]] explicit Table(const uint8_t* p) : p_(p) {}
    [[gnu::always_inline]] Int operator()(Int x) const {
      const Int top[4] = {_mm256_slli_epi16(x, 3), _mm256_slli_epi16(x, 2), _mm256_slli_epi16(x, 1),
                          x};
      return Entry<4>(p_, And(x, Set8(0x0f)), top);
    }

   private:
    // Of 16 << kBits entries; top[i] has bit 4 + i of x at the top of every byte.
    template <int kBits>
    [[gnu::always_inline]] static Int Entry(const uint8_t* p, Int low_half, const Int (&top)[4]) {
      if constexpr (kBits == 0) {
        const __m128i entries = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), low_half);
      } else {
        return _mm256_blendv_epi8(Entry<kBits - 1>(p, low_half, top),
                                  Entry<kBits - 1>(p + (8 << kBits), low_half, top),
                                  top[kBits - 1]);
      }
    }
    const uint8_t* p_;
  };
};

}  // namespace
}  // namespace assay::elementwise
