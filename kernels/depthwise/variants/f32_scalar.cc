// Depthwise f32, plain loops. The weights of a channel lie together ([c][kh * kw]).
#include <algorithm>

#include "kernels/depthwise/variant.h"

namespace assay::depthwise {
namespace {

float Accumulate(const ConvSpec& s, const float* image, int64_t y, int64_t x, int64_t channel,
                 const float* weights, float acc) {
  for (int64_t kh = 0; kh < s.kh; ++kh) {
    const int64_t h = y * s.stride_h - s.pad_top + kh * s.dilation_h;
    if (h < 0 || h >= s.h) continue;
    for (int64_t kw = 0; kw < s.kw; ++kw) {
      const int64_t w = x * s.stride_w - s.pad_left + kw * s.dilation_w;
      if (w < 0 || w >= s.w) continue;
      acc += image[(h * s.w + w) * s.src_pixel() + channel] * weights[kh * s.kw + kw];
    }
  }
  return acc;
}

void Run(const Task& task) {
  const ConvSpec& s = *task.spec;
  const float* const bias = static_cast<const float*>(task.bias);
  const float* const weights = static_cast<const float*>(task.weights);
  const int64_t oh = s.oh(), ow = s.ow();
  for (int64_t pixel = task.row_begin * ow; pixel < task.row_end * ow; ++pixel) {
    const int64_t row = pixel / ow;
    const float* image = static_cast<const float*>(task.src) + row / oh * s.h * s.w * s.src_pixel();
    for (int64_t i = 0; i < s.c; ++i) {
      float y = Accumulate(s, image, row % oh, pixel % ow, i, weights + i * s.kh * s.kw, bias[i]);
      if (task.stage->residual) {
        y += static_cast<const float*>(task.residual)[pixel * s.residual_pixel() + i];
      }
      y = std::min(std::max(y, task.stage->lo), task.stage->hi);
      static_cast<float*>(task.dst)[pixel * s.dst_pixel() + i] = y;
    }
  }
}

size_t ScratchBytes(const ConvSpec&) { return 0; }

}  // namespace

extern const Variant f32_scalar = {
    "f32_scalar", Isa::kScalar, false, {Packing::Order::kTaps, 1, false}, ScratchBytes, Run};

}  // namespace assay::depthwise
