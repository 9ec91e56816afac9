// int32 accumulators to u8, one by one: OutputStage (kernels/base/compute.h) word for word.
#pragma once

#include "kernels/base/quant.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

// residual: one code, or nullptr.
inline uint8_t Requantized(const Stage& s, int32_t acc, float scale, const uint8_t* residual) {
  int32_t q = RoundClamp(static_cast<float>(acc) * scale, s.zero_point, s.q_lo, s.q_hi);
  if (residual != nullptr) {
    const int32_t r = *residual - s.residual_zero_point;
    const float a = static_cast<float>(q - s.zero_point) * s.acc_ratio;
    const float b = static_cast<float>(r) * s.residual_ratio;
    q = RoundClamp(a + b, s.sum_zero_point, s.sum_lo, s.sum_hi);
  }
  return static_cast<uint8_t>(q);
}

}  // namespace
}  // namespace assay::gemm
