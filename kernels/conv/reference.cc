#include "kernels/conv/reference.h"

#include "kernels/gemm/reference.h"

namespace assay::conv {
namespace {

// Calls body(src offset, weight offset) for every product of output pixel (image, oy, ox), output
// channel `oc`; a src offset of -1 is padding.
template <typename Body>
void ForEachProduct(const ConvSpec& s, int64_t image, int64_t oy, int64_t ox, int64_t oc,
                    Body body) {
  const int64_t channels = s.c / s.groups;
  const int64_t group = oc / (s.oc / s.groups);
  for (int64_t ky = 0; ky < s.kh; ++ky) {
    for (int64_t kx = 0; kx < s.kw; ++kx) {
      const int64_t y = oy * s.stride_h + ky * s.dilation_h - s.pad_top;
      const int64_t x = ox * s.stride_w + kx * s.dilation_w - s.pad_left;
      const bool inside = y >= 0 && y < s.h && x >= 0 && x < s.w;
      for (int64_t c = 0; c < channels; ++c) {
        const int64_t at = ((image * s.h + y) * s.w + x) * s.src_pixel() + group * channels + c;
        body(inside ? at : -1, ((oc * channels + c) * s.kh + ky) * s.kw + kx);
      }
    }
  }
}

float PixelF32(const ConvSpec& s, int64_t image, int64_t oy, int64_t ox, int64_t oc,
               const float* src, const float* weights) {
  double sum = 0;
  ForEachProduct(s, image, oy, ox, oc, [&](int64_t at, int64_t w) {
    if (at >= 0) sum += double{src[at]} * weights[w];
  });
  return static_cast<float>(sum);
}

int32_t PixelS32(const ConvSpec& s, int64_t image, int64_t oy, int64_t ox, int64_t oc,
                 const uint8_t* src, const int8_t* weights, int32_t zero_point, int32_t bias) {
  uint32_t sum = static_cast<uint32_t>(bias);
  ForEachProduct(s, image, oy, ox, oc, [&](int64_t at, int64_t w) {
    const int32_t a = at >= 0 ? src[at] - zero_point : 0;
    sum += static_cast<uint32_t>(a * weights[w]);
  });
  return static_cast<int32_t>(sum);
}

}  // namespace

void ReferencePixel(const ConvSpec& s, ComputeType type, const void* src, const Weights& weights,
                    const OutputStage& stage, const void* residual, int64_t pixel, void* out) {
  const int64_t ow = s.ow(), oh = s.oh();
  const int64_t ox = pixel % ow, oy = pixel / ow % oh, image = pixel / (ow * oh);
  for (int64_t oc = 0; oc < s.oc; ++oc) {
    const int64_t r = pixel * s.residual_pixel() + oc;
    if (type == ComputeType::kF32) {
      const float acc = PixelF32(s, image, oy, ox, oc, static_cast<const float*>(src),
                                 static_cast<const float*>(weights.data));
      const auto* bias = static_cast<const float*>(weights.bias);
      const auto* addend = static_cast<const float*>(residual);
      static_cast<float*>(out)[oc] = gemm::StoreF32(stage, acc, bias != nullptr ? bias[oc] : 0,
                                                    addend != nullptr ? addend + r : nullptr);
      continue;
    }
    const auto* bias = static_cast<const int32_t*>(weights.bias);
    const int32_t acc = PixelS32(s, image, oy, ox, oc, static_cast<const uint8_t*>(src),
                                 static_cast<const int8_t*>(weights.data), stage.src_zero_point,
                                 bias != nullptr ? bias[oc] : 0);
    if (type == ComputeType::kU8S8S32) {
      static_cast<int32_t*>(out)[oc] = acc;
    } else {
      const auto* addend = static_cast<const uint8_t*>(residual);
      static_cast<uint8_t*>(out)[oc] =
          gemm::StoreU8(stage, acc, oc, addend != nullptr ? addend + r : nullptr);
    }
  }
}

void ReferenceConv(const ConvSpec& s, ComputeType type, const void* src, const Weights& weights,
                   const OutputStage& stage, const void* residual, void* dst) {
  const int64_t pixel_bytes = s.dst_pixel() * (type == ComputeType::kU8S8U8 ? 1 : 4);
  for (int64_t pixel = 0; pixel < s.n * s.oh() * s.ow(); ++pixel) {
    ReferencePixel(s, type, src, weights, stage, residual, pixel,
                   static_cast<uint8_t*>(dst) + pixel * pixel_bytes);
  }
}

}  // namespace assay::conv
