#include "kernels/gemm/stage.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace assay::gemm {
namespace {

Status CheckByte(const char* what, int32_t value) {
  if (value >= 0 && value <= 255) return {};
  return Error("output stage: " + std::string(what) + " is " + std::to_string(value) +
               ", must be in 0..255");
}

Status CheckFinite(const char* what, float value) {
  if (std::isfinite(value)) return {};
  return Error("output stage: " + std::string(what) + " is " + std::to_string(value) +
               ", must be finite");
}

}  // namespace

Status CheckStage(const OutputStage& stage, ComputeType type, int64_t channels) {
  if (type == ComputeType::kF32) return {};
  ASSAY_RETURN_IF_ERROR(CheckByte("src_zero_point", stage.src_zero_point));
  if (type != ComputeType::kU8S8U8) return {};
  ASSAY_RETURN_IF_ERROR(CheckByte("zero_point", stage.zero_point));
  ASSAY_RETURN_IF_ERROR(CheckByte("residual_zero_point", stage.residual_zero_point));
  ASSAY_RETURN_IF_ERROR(CheckByte("sum_zero_point", stage.sum_zero_point));
  if (stage.q_lo > stage.q_hi || stage.sum_lo > stage.sum_hi) {
    return Error("output stage: a lower clamp is above its upper clamp");
  }
  const auto scales = static_cast<int64_t>(stage.scale.size());
  if (scales != 1 && scales != channels) {
    return Error("output stage: " + std::to_string(scales) + " scales for " +
                 std::to_string(channels) + " channels, must be one or one per channel");
  }
  for (float scale : stage.scale) ASSAY_RETURN_IF_ERROR(CheckFinite("scale", scale));
  ASSAY_RETURN_IF_ERROR(CheckFinite("acc_ratio", stage.acc_ratio));
  return CheckFinite("residual_ratio", stage.residual_ratio);
}

Stage ToStage(const OutputStage& stage) {
  const bool may_overflow = std::any_of(stage.scale.begin(), stage.scale.end(),
                                        [](float scale) { return std::abs(scale) > 0.5f; });
  return {.lo = stage.lo,
          .hi = stage.hi,
          .zero_point = stage.zero_point,
          .q_lo = stage.q_lo,
          .q_hi = stage.q_hi,
          .may_overflow = may_overflow,
          .acc_ratio = stage.acc_ratio,
          .residual_ratio = stage.residual_ratio,
          .residual_zero_point = stage.residual_zero_point,
          .sum_zero_point = stage.sum_zero_point,
          .sum_lo = stage.sum_lo,
          .sum_hi = stage.sum_hi};
}

Buffer PackBias(const RhsView& rhs, const void* bias, const OutputStage& stage, ComputeType type,
                const Variant& variant) {
  const int64_t channels = rhs.groups * rhs.n;
  if (type == ComputeType::kF32) {
    std::vector<float> values(static_cast<size_t>(channels));
    if (bias != nullptr)
      values.assign(static_cast<const float*>(bias), static_cast<const float*>(bias) + channels);
    return PackColumns(values.data(), rhs.groups, rhs.n, variant, type);
  }
  std::vector<int32_t> values(static_cast<size_t>(channels));
  if (type == ComputeType::kS16S16S32) {
    return PackColumns(values.data(), rhs.groups, rhs.n, variant, type);
  }
  std::vector<int8_t> weights(static_cast<size_t>(rhs.k()));
  for (int64_t channel = 0; channel < channels; ++channel) {
    uint32_t sum = 0;  // Unsigned, since it may wrap.
    for (int64_t tap = 0; tap < rhs.taps; ++tap) {
      rhs.Read(channel / rhs.n, tap, channel % rhs.n, weights.data());
      for (int8_t weight : weights) sum += static_cast<uint32_t>(int32_t{weight});
    }
    uint32_t value =
        bias != nullptr ? static_cast<uint32_t>(static_cast<const int32_t*>(bias)[channel]) : 0;
    value -= static_cast<uint32_t>(stage.src_zero_point) * sum;
    values[static_cast<size_t>(channel)] = static_cast<int32_t>(value);
  }
  return PackColumns(values.data(), rhs.groups, rhs.n, variant, type);
}

Buffer PackScale(const RhsView& rhs, const OutputStage& stage, ComputeType type,
                 const Variant& variant) {
  if (type != ComputeType::kU8S8U8) return {};
  std::vector<float> scale = stage.scale;
  if (scale.size() == 1) scale.assign(static_cast<size_t>(rhs.groups * rhs.n), scale[0]);
  return PackColumns(scale.data(), rhs.groups, rhs.n, variant, type);
}

}  // namespace assay::gemm
