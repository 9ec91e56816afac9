// ConvSpec: the geometry of a two-dimensional convolution or pooling in NHWC.
#pragma once

#include <cstdint>

namespace assay {

struct ConvSpec {
  int64_t n = 1, h = 1, w = 1, c = 1;  // Source image.
  int64_t oc = 1;                      // Output channels; c for pooling and depthwise.
  int64_t kh = 1, kw = 1;
  int64_t stride_h = 1, stride_w = 1;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int64_t groups = 1;
  // Elements from one pixel to the next: more than the channels where an operand is a slice of a
  // wider image (concatenation in place). 0 means dense.
  int64_t src_stride = 0, dst_stride = 0, residual_stride = 0;

  int64_t oh() const {
    return (h + pad_top + pad_bottom - dilation_h * (kh - 1) - 1) / stride_h + 1;
  }
  int64_t ow() const {
    return (w + pad_left + pad_right - dilation_w * (kw - 1) - 1) / stride_w + 1;
  }
  int64_t src_pixel() const { return src_stride != 0 ? src_stride : c; }
  int64_t dst_pixel() const { return dst_stride != 0 ? dst_stride : oc; }
  int64_t residual_pixel() const { return residual_stride != 0 ? residual_stride : oc; }
  bool depthwise() const { return groups > 1 && groups == c && oc == c; }
  // Nominal multiply-adds, padding included.
  int64_t macs() const { return n * oh() * ow() * oc * (c / groups) * kh * kw; }
};

}  // namespace assay
