// Pooling, NHWC: max and average, f32 and u8. spec.oc, groups and dilation of averages are ignored.
#pragma once

#include "kernels/base/quant.h"
#include "kernels/conv/spec.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::pool {

// Output extents are given, since ONNX's ceil_mode may add a partly outside window at the end.
struct Window {
  ConvSpec spec;  // Geometry and pixel strides.
  int64_t oh = 1, ow = 1;
  bool count_include_pad = false;  // Averages only.
};

// Padding never wins. A window that lies wholly in the padding gives the lowest value.
void MaxF32(const Window& window, const float* src, float* dst, ThreadPool& pool,
            IsaSet usable = UsableIsas());
void MaxU8(const Window& window, const uint8_t* src, uint8_t* dst, ThreadPool& pool,
           IsaSet usable = UsableIsas());
void AverageF32(const Window& window, const float* src, float* dst, ThreadPool& pool,
                IsaSet usable = UsableIsas());
// Exact integer sums of (q - src zero point), then
// RoundClamp(float(sum) * (src scale / (dst scale * count)), dst zero point, 0, 255).
// A window over the whole image is global average pooling.
void AverageU8(const Window& window, QuantParams src_quant, QuantParams dst_quant,
               const uint8_t* src, uint8_t* dst, ThreadPool& pool, IsaSet usable = UsableIsas());

}  // namespace assay::pool
