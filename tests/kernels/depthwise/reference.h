// Depthwise convolution as compute.h defines it, by plain loops over every tap, in wide types.
// Shares nothing with the kernels but the definition.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/base/compute.h"
#include "kernels/base/quant.h"
#include "kernels/conv/spec.h"

namespace assay::depthwise {

// Calls body(source element or -1 for padding, weight index) for every tap of an output.
template <typename Body>
void ForEachTap(const ConvSpec& s, int64_t n, int64_t y, int64_t x, int64_t c, Body body) {
  for (int64_t kh = 0; kh < s.kh; ++kh) {
    for (int64_t kw = 0; kw < s.kw; ++kw) {
      const int64_t h = y * s.stride_h - s.pad_top + kh * s.dilation_h;
      const int64_t w = x * s.stride_w - s.pad_left + kw * s.dilation_w;
      const bool inside = h >= 0 && h < s.h && w >= 0 && w < s.w;
      body(inside ? ((n * s.h + h) * s.w + w) * s.src_pixel() + c : -1,
           (c * s.kh + kh) * s.kw + kw);
    }
  }
}

inline int32_t ReferenceS32(const ConvSpec& s, const OutputStage& stage, const uint8_t* src,
                            const int8_t* weights, const int32_t* bias, int64_t n, int64_t y,
                            int64_t x, int64_t c) {
  int64_t sum = bias != nullptr ? bias[c] : 0;
  ForEachTap(s, n, y, x, c, [&](int64_t at, int64_t weight) {
    if (at >= 0) sum += int64_t{src[at] - stage.src_zero_point} * weights[weight];
  });
  return static_cast<int32_t>(static_cast<uint32_t>(sum));
}

inline uint8_t ReferenceU8(const OutputStage& stage, int32_t acc, int64_t c, uint8_t residual) {
  const float scale = stage.scale.size() == 1 ? stage.scale[0] : stage.scale[c];
  const float product = static_cast<float>(acc) * scale;
  const int32_t q = RoundClamp(product, stage.zero_point, stage.q_lo, stage.q_hi);
  if (!stage.residual) return static_cast<uint8_t>(q);
  volatile float left = static_cast<float>(q - stage.zero_point) * stage.acc_ratio;
  volatile float right =
      static_cast<float>(residual - stage.residual_zero_point) * stage.residual_ratio;
  volatile float sum = left + right;
  return static_cast<uint8_t>(RoundClamp(sum, stage.sum_zero_point, stage.sum_lo, stage.sum_hi));
}

struct ReferenceF32 {
  double value;  // In double, rounded nowhere.
  double bound;  // On the error of any order of float operations, fused or not.
};

// n terms summed in any order: |error| <= (n + 1) eps sum |terms| (Higham, Accuracy and Stability
// of Numerical Algorithms, section 4.2), with one rounding more for each product.
inline ReferenceF32 ReferenceFloat(const ConvSpec& s, const OutputStage& stage, const float* src,
                                   const float* weights, const float* bias, const float* residual,
                                   int64_t n, int64_t y, int64_t x, int64_t c) {
  double sum = bias != nullptr ? bias[c] : 0, magnitude = std::fabs(sum);
  ForEachTap(s, n, y, x, c, [&](int64_t at, int64_t weight) {
    if (at < 0) return;
    const double product = double{src[at]} * weights[weight];
    sum += product;
    magnitude += std::fabs(product);
  });
  if (residual != nullptr) {
    sum += *residual;
    magnitude += std::fabs(*residual);
  }
  const double terms = static_cast<double>(s.kh * s.kw + 4);
  const double clamped = std::fmin(std::fmax(sum, stage.lo), stage.hi);
  return {clamped, terms * 0x1p-24 * magnitude};
}

}  // namespace assay::depthwise
