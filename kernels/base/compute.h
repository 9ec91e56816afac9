// What a GEMM or convolution computes: operand types and what is fused behind its accumulators.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/cpu/isa.h"

namespace assay {

// lhs (activations), rhs (weights), dst.
enum class ComputeType : uint8_t {
  kF32,      // f32 x f32 -> f32
  kU8S8S32,  // u8 x s8 -> s32: exact accumulators plus bias
  kU8S8U8,   // u8 x s8 -> u8: accumulators plus bias, requantized
  kS16S16S32,  // s16 x s16 -> s32: products of even k alone, for Winograd of bytes (kernels/winograd)
};

// "f32", "u8s8s32", "u8s8u8", "s16s16s32".
std::string_view Name(ComputeType type);

// Weights as ONNX has them. The kernel packs them once, at plan time; the pointers need not live
// longer than that.
struct Weights {
  const void* data = nullptr;  // float or int8, layout as the taker says.
  const void* bias = nullptr;  // float or int32, one per output channel; nullptr: none.
};

// What happens to a value after the accumulation, in this order. Everything is exact or rounded
// as stated, so that every variant gives the same bits for int8.
//
// kF32:     y = acc + bias; with residual: y += r; y = min(max(y, lo), hi),
//           where NaN stays NaN.
// kU8S8S32: y = sum over k of (a - src_zero_point) * w, plus bias; wraps like int32.
// kS16S16S32: y = acc, modulo 2^32.
// kU8S8U8:  q = RoundClamp(float(y) * scale[oc], zero_point, q_lo, q_hi)           (quant.h)
//           with residual r (u8): x = float(q - zero_point) * acc_ratio
//                                     + float(r - residual_zero_point) * residual_ratio
//           (two products and one sum, each rounded to float; no fused multiply-add), then
//           q = RoundClamp(x, sum_zero_point, sum_lo, sum_hi).
struct OutputStage {
  // kF32
  float lo = -std::numeric_limits<float>::infinity();
  float hi = std::numeric_limits<float>::infinity();
  bool residual = false;  // Also for kU8S8U8.

  // Integer types
  int32_t src_zero_point = 0;  // Of the activations; also the value of padding.

  // kU8S8U8
  std::vector<float> scale;  // src scale * weight scale / dst scale: one, or one per channel.
  int32_t zero_point = 0;
  uint8_t q_lo = 0;
  uint8_t q_hi = 255;
  float acc_ratio = 1.0f;       // Scale of q / scale of the sum.
  float residual_ratio = 1.0f;  // Scale of r / scale of the sum.
  int32_t residual_zero_point = 0;
  int32_t sum_zero_point = 0;
  uint8_t sum_lo = 0;
  uint8_t sum_hi = 255;
};

// How dispatch may choose.
struct KernelOptions {
  IsaSet usable = UsableIsas();
  std::string variant;  // Force the variant of this name; empty: dispatch picks.
  int threads = 1;      // What the work will be run with.
  // Bytes that one convolution's weights, transformed for Winograd, may take beyond its direct
  // packing; 0 switches Winograd off. A forced variant does not ask. The default lets in F(4x4,3x3)
  // of floats up to 256 to 256 channels (6.75 MiB), of bytes up to 256 to 512 (7.9 MiB), and
  // F(2x2,3x3) up to 512 to 512 (7 MiB): beyond, for a single image, reading the weights costs what
  // the multiplications save.
  int64_t winograd_bytes = int64_t{8} << 20;
};

// One variant in the eyes of dispatch, for a given problem.
struct VariantChoice {
  std::string name;
  Isa isa = Isa::kScalar;
  bool available = false;  // This CPU, within the cap, can run it, and it can do the problem.
  bool picked = false;
  std::string reason;  // Why it was refused, or what decided: "needs avx512vnni", "92 % tile use".
  bool affordable = true;  // Within KernelOptions::winograd_bytes.
};

}  // namespace assay
