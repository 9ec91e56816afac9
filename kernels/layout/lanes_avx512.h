// As lanes.h, in registers of 64 bytes. Include only in variants.
#pragma once

#include "kernels/layout/lanes.h"

namespace assay::layout {
namespace {

struct Lanes512 {
  using Reg = __m512i;
  static constexpr int kLanes = 4;
  [[gnu::always_inline]] static Reg Load(const uint8_t* p, int64_t step) {
    Reg x = _mm512_castsi128_si512(Lanes128::Load(p, 0));
    x = _mm512_inserti32x4(x, Lanes128::Load(p + step, 0), 1);
    x = _mm512_inserti32x4(x, Lanes128::Load(p + 2 * step, 0), 2);
    return _mm512_inserti32x4(x, Lanes128::Load(p + 3 * step, 0), 3);
  }
  [[gnu::always_inline]] static void Store(void* p, Reg x) { _mm512_storeu_si512(p, x); }
  [[gnu::always_inline]] static Reg Lo(Reg a, Reg b, uint8_t) { return _mm512_unpacklo_epi8(a, b); }
  [[gnu::always_inline]] static Reg Hi(Reg a, Reg b, uint8_t) { return _mm512_unpackhi_epi8(a, b); }
  [[gnu::always_inline]] static Reg Lo(Reg a, Reg b, uint32_t) {
    return _mm512_unpacklo_epi32(a, b);
  }
  [[gnu::always_inline]] static Reg Hi(Reg a, Reg b, uint32_t) {
    return _mm512_unpackhi_epi32(a, b);
  }
};

}  // namespace
}  // namespace assay::layout
