#include "kernels/gemm/reference.h"

#include "kernels/base/quant.h"

namespace assay::gemm {
namespace {

void GemmF32(int64_t m, int64_t n, int64_t k, const float* lhs, const float* rhs, const float* bias,
             const OutputStage& stage, const float* residual, float* dst) {
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t p = 0; p < k; ++p) sum += double{lhs[i * k + p]} * rhs[p * n + j];
      dst[i * n + j] = StoreF32(stage, static_cast<float>(sum), bias != nullptr ? bias[j] : 0,
                                residual != nullptr ? residual + i * n + j : nullptr);
    }
  }
}

int32_t Dot(int64_t n, int64_t k, const uint8_t* lhs, const int8_t* rhs, int32_t zero_point,
            int32_t bias) {
  uint32_t sum = static_cast<uint32_t>(bias);
  for (int64_t p = 0; p < k; ++p) sum += static_cast<uint32_t>((lhs[p] - zero_point) * rhs[p * n]);
  return static_cast<int32_t>(sum);
}

}  // namespace

float StoreF32(const OutputStage& stage, float acc, float bias, const float* residual) {
  float y = acc + bias;
  if (residual != nullptr) y += *residual;
  y = y < stage.lo ? stage.lo : y;  // NaN stays NaN.
  return y > stage.hi ? stage.hi : y;
}

uint8_t StoreU8(const OutputStage& stage, int32_t acc, int64_t channel, const uint8_t* residual) {
  const float scale = stage.scale[stage.scale.size() == 1 ? 0 : static_cast<size_t>(channel)];
  const int32_t q =
      RoundClamp(static_cast<float>(acc) * scale, stage.zero_point, stage.q_lo, stage.q_hi);
  if (residual == nullptr) return static_cast<uint8_t>(q);
  const float a = static_cast<float>(q - stage.zero_point) * stage.acc_ratio;
  const float b =
      static_cast<float>(int32_t{*residual} - stage.residual_zero_point) * stage.residual_ratio;
  return static_cast<uint8_t>(RoundClamp(a + b, stage.sum_zero_point, stage.sum_lo, stage.sum_hi));
}

void ReferenceGemm(ComputeType type, int64_t m, int64_t n, int64_t k, const void* lhs,
                   const void* rhs, const void* bias, const OutputStage& stage,
                   const void* residual, void* dst) {
  if (type == ComputeType::kF32) {
    GemmF32(m, n, k, static_cast<const float*>(lhs), static_cast<const float*>(rhs),
            static_cast<const float*>(bias), stage, static_cast<const float*>(residual),
            static_cast<float*>(dst));
    return;
  }
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const int32_t acc =
          Dot(n, k, static_cast<const uint8_t*>(lhs) + i * k, static_cast<const int8_t*>(rhs) + j,
              stage.src_zero_point, bias != nullptr ? static_cast<const int32_t*>(bias)[j] : 0);
      const int64_t at = i * n + j;
      if (type == ComputeType::kU8S8S32) {
        static_cast<int32_t*>(dst)[at] = acc;
      } else {
        const auto* r = static_cast<const uint8_t*>(residual);
        static_cast<uint8_t*>(dst)[at] = StoreU8(stage, acc, j, r != nullptr ? r + at : nullptr);
      }
    }
  }
}

}  // namespace assay::gemm
