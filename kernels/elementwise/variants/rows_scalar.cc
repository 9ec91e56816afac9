// Elementwise kernels, plain loops: the definition in code.
#include <algorithm>
#include <cmath>

#include "kernels/elementwise/variant.h"

namespace assay::elementwise {
namespace {

// NaN stays NaN.
float Clamp(float x, float lo, float hi) {
  x = x < lo ? lo : x;
  return x > hi ? hi : x;
}

void AddF32(const float* a, const float* b, float* dst, int64_t n, float lo, float hi) {
  for (int64_t i = 0; i < n; ++i) dst[i] = Clamp(a[i] + b[i], lo, hi);
}

void ClampF32(const float* src, float* dst, int64_t n, float lo, float hi) {
  for (int64_t i = 0; i < n; ++i) dst[i] = Clamp(src[i], lo, hi);
}

void AddU8(const AddU8Params& p, const uint8_t* a, const uint8_t* b, uint8_t* dst, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float left = static_cast<float>(a[i] - p.a_zero_point) * p.a_ratio;
    const float right = static_cast<float>(b[i] - p.b_zero_point) * p.b_ratio;
    dst[i] = static_cast<uint8_t>(RoundClamp(left + right, p.zero_point, p.lo, p.hi));
  }
}

void LookupU8(const uint8_t* table, const uint8_t* src, uint8_t* dst, int64_t n) {
  for (int64_t i = 0; i < n; ++i) dst[i] = table[src[i]];
}

void QuantizeU8(QuantParams params, const float* src, uint8_t* dst, int64_t n) {
  for (int64_t i = 0; i < n; ++i) dst[i] = Quantize(src[i], params);
}

void DequantizeU8(QuantParams params, const uint8_t* src, float* dst, int64_t n) {
  for (int64_t i = 0; i < n; ++i) dst[i] = Dequantize(src[i], params);
}

void DequantizeS32(const float* scale, const int32_t* src, float* dst, int64_t n, float lo,
                   float hi) {
  for (int64_t i = 0; i < n; ++i) dst[i] = Clamp(static_cast<float>(src[i]) * scale[i], lo, hi);
}

void RequantizeS32(const Rows& rows, const RequantizeS32Params& p, const int32_t* src,
                   uint8_t* dst) {
  for (int64_t row = 0; row < rows.rows; ++row, src += rows.src_stride, dst += rows.dst_stride) {
    for (int64_t i = 0; i < rows.count; ++i) {
      auto sum = static_cast<uint32_t>(src[i]);
      if (p.offset != nullptr) {
        sum += static_cast<uint32_t>(p.factors[row]) * static_cast<uint32_t>(p.offset[i]);
      }
      if (p.scale == nullptr) sum += static_cast<uint32_t>(p.addends[row]);
      const float scale = p.scale != nullptr ? p.scale[i] : p.row_scale[row];
      const float y = static_cast<float>(static_cast<int32_t>(sum)) * scale;
      dst[i] = static_cast<uint8_t>(RoundClamp(y, p.zero_point, 0, 255));
    }
  }
}

void Softmax(const float* src, float* dst, int64_t n) {
  if (n == 0) return;
  const float most = *std::max_element(src, src + n);
  float sum = 0.0f;
  for (int64_t i = 0; i < n; ++i) sum += dst[i] = std::exp(src[i] - most);
  for (int64_t i = 0; i < n; ++i) dst[i] /= sum;
}

}  // namespace

extern const Variant rows_scalar = {"rows_scalar", Isa::kScalar,  AddF32,     ClampF32,
                                    AddU8,         LookupU8,      QuantizeU8, DequantizeU8,
                                    DequantizeS32, RequantizeS32, Softmax};

}  // namespace assay::elementwise
