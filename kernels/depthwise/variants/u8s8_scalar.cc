// Depthwise int8, plain loops. The weights of a channel lie together ([c][kh * kw]).
#include "kernels/base/quant.h"
#include "kernels/depthwise/variant.h"

namespace assay::depthwise {
namespace {

// Wraps like int32. Padded taps read the zero point, which the bias makes up for.
int32_t Accumulate(const ConvSpec& s, const uint8_t* image, int64_t y, int64_t x, int64_t channel,
                   const int8_t* weights, int32_t zero_point, int32_t bias) {
  uint32_t acc = static_cast<uint32_t>(bias);
  for (int64_t kh = 0; kh < s.kh; ++kh) {
    const int64_t h = y * s.stride_h - s.pad_top + kh * s.dilation_h;
    for (int64_t kw = 0; kw < s.kw; ++kw) {
      const int64_t w = x * s.stride_w - s.pad_left + kw * s.dilation_w;
      const bool inside = h >= 0 && h < s.h && w >= 0 && w < s.w;
      const int32_t a = inside ? image[(h * s.w + w) * s.src_pixel() + channel] : zero_point;
      acc += static_cast<uint32_t>(a * weights[kh * s.kw + kw]);
    }
  }
  return static_cast<int32_t>(acc);
}

uint8_t Requantize(const OutputStage& stage, int32_t acc, float scale, const uint8_t* residual) {
  const int32_t q =
      RoundClamp(static_cast<float>(acc) * scale, stage.zero_point, stage.q_lo, stage.q_hi);
  if (!stage.residual) return static_cast<uint8_t>(q);
  const float left = static_cast<float>(q - stage.zero_point) * stage.acc_ratio;
  const float right =
      static_cast<float>(*residual - stage.residual_zero_point) * stage.residual_ratio;
  return static_cast<uint8_t>(
      RoundClamp(left + right, stage.sum_zero_point, stage.sum_lo, stage.sum_hi));
}

void Run(const Task& task) {
  const ConvSpec& s = *task.spec;
  const OutputStage& stage = *task.stage;
  const int32_t* const bias = static_cast<const int32_t*>(task.bias);
  const int8_t* const weights = static_cast<const int8_t*>(task.weights);
  const int64_t oh = s.oh(), ow = s.ow();
  for (int64_t pixel = task.row_begin * ow; pixel < task.row_end * ow; ++pixel) {
    const int64_t row = pixel / ow, at = pixel * s.dst_pixel();
    const uint8_t* image =
        static_cast<const uint8_t*>(task.src) + row / oh * s.h * s.w * s.src_pixel();
    for (int64_t i = 0; i < s.c; ++i) {
      const int32_t acc = Accumulate(s, image, row % oh, pixel % ow, i, weights + i * s.kh * s.kw,
                                     stage.src_zero_point, bias[i]);
      if (task.type == ComputeType::kU8S8S32) {
        static_cast<int32_t*>(task.dst)[at + i] = acc;
        continue;
      }
      const uint8_t* residual = stage.residual ? static_cast<const uint8_t*>(task.residual) +
                                                     pixel * s.residual_pixel() + i
                                               : nullptr;
      static_cast<uint8_t*>(task.dst)[at + i] = Requantize(stage, acc, task.scale[i], residual);
    }
  }
}

size_t ScratchBytes(const ConvSpec&) { return 0; }

}  // namespace

extern const Variant u8s8_scalar = {
    "u8s8_scalar", Isa::kScalar, true, {Packing::Order::kTaps, 1, false}, ScratchBytes, Run};

}  // namespace assay::depthwise
