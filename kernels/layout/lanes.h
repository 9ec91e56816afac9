// Vectors as lanes of 16 bytes, for transposes: a register holds a piece of 16 bytes of several
// rows, and unpacks work within lanes. Include only in variants; those of 64 bytes are in
// lanes_avx512.h.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/intrinsics.h"

namespace assay::layout {
namespace {

// kSide elements fill a lane; kRows are all of the register's.
struct Lanes128 {
  using Reg = __m128i;
  static constexpr int kLanes = 1;
  // The pieces at p, p + step, ... bytes, one to a lane.
  [[gnu::always_inline]] static Reg Load(const uint8_t* p, int64_t) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  [[gnu::always_inline]] static void Store(void* p, Reg x) {
    _mm_storeu_si128(static_cast<__m128i*>(p), x);
  }
  [[gnu::always_inline]] static Reg Lo(Reg a, Reg b, uint8_t) { return _mm_unpacklo_epi8(a, b); }
  [[gnu::always_inline]] static Reg Hi(Reg a, Reg b, uint8_t) { return _mm_unpackhi_epi8(a, b); }
  [[gnu::always_inline]] static Reg Lo(Reg a, Reg b, uint32_t) { return _mm_unpacklo_epi32(a, b); }
  [[gnu::always_inline]] static Reg Hi(Reg a, Reg b, uint32_t) { return _mm_unpackhi_epi32(a, b); }
};

struct Lanes256 {
  using Reg = __m256i;
  static constexpr int kLanes = 2;
  [[gnu::always_inline]] static Reg Load(const uint8_t* p, int64_t step) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(Lanes128::Load(p, 0)),
                                   Lanes128::Load(p + step, 0), 1);
  }
  [[gnu::always_inline]] static void Store(void* p, Reg x) {
    _mm256_storeu_si256(static_cast<__m256i*>(p), x);
  }
  [[gnu::always_inline]] static Reg Lo(Reg a, Reg b, uint8_t) { return _mm256_unpacklo_epi8(a, b); }
  [[gnu::always_inline]] static Reg Hi(Reg a, Reg b, uint8_t) { return _mm256_unpackhi_epi8(a, b); }
  [[gnu::always_inline]] static Reg Lo(Reg a, Reg b, uint32_t) {
    return _mm256_unpacklo_epi32(a, b);
  }
  [[gnu::always_inline]] static Reg Hi(Reg a, Reg b, uint32_t) {
    return _mm256_unpackhi_epi32(a, b);
  }
};

}  // namespace
}  // namespace assay::layout
