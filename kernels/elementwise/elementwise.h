// Elementwise kernels over rows: `rows` runs of `count` elements, whose starts lie `stride`
// elements apart, so that a slice of a wider image can be read or written in place. A dense tensor
// is one row.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/base/quant.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::elementwise {

struct Rows {
  int64_t rows = 1;
  int64_t count = 0;
  int64_t src_stride = 0;    // Ignored for one row.
  int64_t other_stride = 0;  // Second operand.
  int64_t dst_stride = 0;
};

// dst = clamp(a + b, lo, hi), f32.
void AddF32(const Rows& rows, const float* a, const float* b, float* dst, float lo, float hi,
            ThreadPool& pool, IsaSet usable = UsableIsas());
// dst = clamp(src, lo, hi), f32: Relu, Relu6, Clip. NaN stays NaN.
void ClampF32(const Rows& rows, const float* src, float* dst, float lo, float hi, ThreadPool& pool,
              IsaSet usable = UsableIsas());

// x = float(a - za) * a_ratio + float(b - zb) * b_ratio (each operation rounded to float, no fused
// multiply-add), dst = RoundClamp(x, zero_point, lo, hi): the addition of OutputStage (compute.h).
struct AddU8Params {
  int32_t a_zero_point = 0, b_zero_point = 0;
  float a_ratio = 1.0f, b_ratio = 1.0f;  // Operand scale / result scale.
  int32_t zero_point = 0;
  uint8_t lo = 0, hi = 255;
};
void AddU8(const Rows& rows, const AddU8Params& params, const uint8_t* a, const uint8_t* b,
           uint8_t* dst, ThreadPool& pool, IsaSet usable = UsableIsas());

// dst = table[src]: any function of one u8 (requantization, activations).
void LookupU8(const Rows& rows, const uint8_t* table, const uint8_t* src, uint8_t* dst,
              ThreadPool& pool, IsaSet usable = UsableIsas());

// dst = Quantize(src, params), as quant.h: true division, half to even.
void QuantizeF32U8(const Rows& rows, QuantParams params, const float* src, uint8_t* dst,
                   ThreadPool& pool, IsaSet usable = UsableIsas());
void DequantizeU8F32(const Rows& rows, QuantParams params, const uint8_t* src, float* dst,
                     ThreadPool& pool, IsaSet usable = UsableIsas());
// dst[r][i] = float(src[r][i]) * scale[i]: the accumulators of an integer convolution as reals;
// rows.count is the channels. lo and hi clamp the result.
void DequantizeS32F32(const Rows& rows, const float* scale, const int32_t* src, float* dst,
                      float lo, float hi, ThreadPool& pool, IsaSet usable = UsableIsas());
// What Variant::requantize_s32 does to rows of sums: y = src[r][i] + factors[r] * offset[i], which
// wraps like int32, then dst[r][i] = RoundClamp(float(y) * scale, zero_point, 0, 255). Scales are
// of the columns; or of the rows, which then have an addend to y, too.
struct RequantizeS32Params {
  const float* scale;               // Finite, one per column; nullptr: row_scale and addends are.
  const int32_t* offset = nullptr;  // One per column; nullptr: zeros.
  const int32_t* factors = nullptr;
  int32_t zero_point = 0;
  const int32_t* addends = nullptr;  // One per row.
  const float* row_scale = nullptr;
};
// Every row: y = exp(src - greatest) / their sum, with a relative error of at most
// (8 + (greatest - src) + count / 16) 2^-24 where y is normal; what is below e^-87 of the greatest
// may be 0. A NaN, or no finite greatest, makes the whole row NaN.
void Softmax(const Rows& rows, const float* src, float* dst, ThreadPool& pool,
             IsaSet usable = UsableIsas());
// dst = src with every element of `bytes` (1 or 4) copied: rows of a slice.
void CopyRows(const Rows& rows, int bytes, const void* src, void* dst, ThreadPool& pool);

}  // namespace assay::elementwise
