#include "harness/quantize/weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::quantize {
namespace {

// weights viewed as [outer][channels][inner]; one channel when per tensor.
struct ChannelView {
  int64_t outer = 1, channels = 1, inner = 1;

  ChannelView(const Shape& shape, int axis) {
    if (axis < 0) {
      inner = shape.elements();
      return;
    }
    outer = shape.elements(0, axis);
    channels = shape[axis];
    inner = shape.elements(axis + 1, shape.rank());
  }

  template <typename F>
  void ForEach(int64_t channel, F&& f) const {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < inner; ++i)
        f(static_cast<size_t>((o * channels + channel) * inner + i));
    }
  }
};

// The smallest positive scale that maps `largest` to 127 and `bias` into 31 bits.
float ScaleFor(float largest, float bias, float input_scale) {
  constexpr float kBiasLimit = 1u << 30;
  float scale = std::isfinite(largest) ? largest / 127.0f : 1.0f;
  const float for_bias = std::fabs(bias) / kBiasLimit / input_scale;
  if (std::isfinite(for_bias)) scale = std::max(scale, for_bias);
  return std::max(scale, std::numeric_limits<float>::min());
}

float At(const Tensor* bias, int64_t channel) {
  return bias == nullptr ? 0.0f : bias->as<float>()[static_cast<size_t>(channel)];
}

float Code(float real, float scale) {
  const float q = std::nearbyintf(real / scale);
  return std::isnan(q) ? 0.0f : std::clamp(q, -127.0f, 127.0f);
}

// The largest weight to keep, of those between a third and all of `largest`, by the squared error.
template <typename ForEach>
float LeastErrorReach(float largest, ForEach&& for_each_weight) {
  constexpr int kSteps = 100, kFewest = 33;
  float best = largest;
  double least = std::numeric_limits<double>::infinity();
  for (int step = kSteps; step >= kFewest; --step) {
    const float reach = largest * static_cast<float>(step) / kSteps;
    const float scale = reach / 127.0f;
    double error = 0;
    for_each_weight([&](float w) {
      const double miss = double{w} - double{Code(w, scale) * scale};
      error += miss * miss;
    });
    if (error < least) {
      least = error;
      best = reach;
    }
  }
  return best;
}

}  // namespace

Tensor QuantizeBias(const Tensor& bias, const std::vector<float>& scales, float input_scale) {
  Tensor quantized(DType::kI32, bias.shape());
  for (size_t c = 0; c < static_cast<size_t>(bias.elements()); ++c) {
    const double scale = double{scales[scales.size() == 1 ? 0 : c]} * double{input_scale};
    const double q = std::nearbyint(double{bias.as<float>()[c]} / scale);
    constexpr double kMax = std::numeric_limits<int32_t>::max();
    quantized.as<int32_t>()[c] =
        static_cast<int32_t>(std::isnan(q) ? 0.0 : std::clamp(q, -kMax, kMax));
  }
  return quantized;
}

Constants QuantizeWeights(const Tensor& weights, int axis, const Tensor* bias, float input_scale,
                          Scaling scaling) {
  const ChannelView view(weights.shape(), axis);
  const auto real = weights.as<float>();
  Constants result;
  result.values = Tensor(DType::kI8, weights.shape());
  const auto codes = result.values.as<int8_t>();
  for (int64_t channel = 0; channel < view.channels; ++channel) {
    float largest = 0.0f;
    view.ForEach(channel, [&](size_t i) { largest = std::max(largest, std::fabs(real[i])); });
    if (scaling == Scaling::kLeastError && largest > 0 && std::isfinite(largest)) {
      largest = LeastErrorReach(
          largest, [&](auto&& f) { view.ForEach(channel, [&](size_t i) { f(real[i]); }); });
    }
    float largest_bias = At(bias, channel);
    if (axis < 0 && bias != nullptr) {
      for (float b : bias->as<float>()) largest_bias = std::max(largest_bias, std::fabs(b));
    }
    const float scale = ScaleFor(largest, largest_bias, input_scale);
    view.ForEach(channel, [&](size_t i) { codes[i] = static_cast<int8_t>(Code(real[i], scale)); });
    result.scales.push_back(scale);
  }
  if (bias != nullptr) result.bias = QuantizeBias(*bias, result.scales, input_scale);
  return result;
}

}  // namespace assay::quantize
