// Affine quantization, as ONNX QuantizeLinear and DequantizeLinear define it:
//   real = (q - zero_point) * scale,   q = saturate(round_half_even(real / scale) + zero_point).
#pragma once

#include <cmath>
#include <cstdint>

namespace assay {

// Parameters of a whole tensor held as u8. A tensor that is s8 in the ONNX file is held as u8 with
// its zero point moved by 128, so that kernels know u8 activations only.
struct QuantParams {
  float scale = 1.0f;
  int32_t zero_point = 0;  // 0..255

  bool operator==(const QuantParams&) const = default;
};

// round_half_even(x) + zero_point clamped to [lo, hi]; NaN gives lo. The comparison is done in
// floating point, so that no x, however large, overflows the conversion. This is the definition
// that every variant reproduces bit for bit (the same order as ONNX Runtime's MLAS).
inline int32_t RoundClamp(float x, int32_t zero_point, int32_t lo, int32_t hi) {
  const float min = static_cast<float>(lo - zero_point);
  const float max = static_cast<float>(hi - zero_point);
  x = x > min ? x : min;
  x = x < max ? x : max;
  return static_cast<int32_t>(std::nearbyintf(x)) + zero_point;
}

inline uint8_t Quantize(float real, QuantParams params) {
  return static_cast<uint8_t>(RoundClamp(real / params.scale, params.zero_point, 0, 255));
}

inline float Dequantize(uint8_t q, QuantParams params) {
  return static_cast<float>(static_cast<int32_t>(q) - params.zero_point) * params.scale;
}

}  // namespace assay
