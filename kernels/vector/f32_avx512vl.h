// Vectors of 8 floats with the masks and registers of AVX-512, for kernels that are written for a
// vector type. Include only in variants.
#pragma once

#include "kernels/vector/f32_avx2.h"

namespace assay {
namespace {

struct VecF256Masked : VecF256 {
  static constexpr int kRegisters = 32;

  // The first n lanes; a whole vector needs no mask.
  struct Lanes {
    __mmask8 mask;
  };
  [[gnu::always_inline]] static Lanes First(int64_t n) {
    return {static_cast<__mmask8>(0xffu >> (8 - n))};
  }
  using VecF256::Load, VecF256::Store;
  [[gnu::always_inline]] static Float Load(const float* p, Lanes lanes) {
    return _mm256_maskz_loadu_ps(lanes.mask, p);
  }
  [[gnu::always_inline]] static void Store(float* p, Float x, Lanes lanes) {
    _mm256_mask_storeu_ps(p, lanes.mask, x);
  }
};

}  // namespace
}  // namespace assay
