// Deterministic operands for the tests of the gemm and conv families.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "kernels/base/compute.h"

namespace assay {

// kExtremes: only 0 and 255, or -128 and 127. kHighest: 255 and 127 alone.
enum class Values { kFullRange, kExtremes, kHighest };

inline void Fill(float* data, size_t count, Values, std::mt19937& random) {
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (size_t i = 0; i < count; ++i) data[i] = uniform(random);
}

template <typename T>  // uint8_t, int8_t or int16_t
void Fill(T* data, size_t count, Values values, std::mt19937& random) {
  for (size_t i = 0; i < count; ++i) {
    const auto bits = static_cast<uint32_t>(random());
    const int low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
    switch (values) {
      case Values::kFullRange:
        data[i] = static_cast<T>(bits >> 9);
        break;
      case Values::kExtremes:
        data[i] = static_cast<T>((bits >> 9) % 2 != 0 ? high : low);
        break;
      case Values::kHighest:
        data[i] = static_cast<T>(high);
        break;
    }
  }
}

// Weights and bias of either kind.
struct TestWeights {
  std::vector<float> f32, f32_bias;
  std::vector<int8_t> s8;
  std::vector<int32_t> s32_bias;
  Weights view;

  TestWeights(ComputeType type, size_t count, size_t channels, bool bias, Values values,
              std::mt19937& random) {
    f32.resize(count);
    s8.resize(count);
    f32_bias.resize(channels);
    s32_bias.resize(channels);
    Fill(f32.data(), count, values, random);
    Fill(s8.data(), count, values, random);
    Fill(f32_bias.data(), channels, values, random);
    for (int32_t& b : s32_bias) b = static_cast<int32_t>(random() % 200001) - 100000;
    const bool real = type == ComputeType::kF32;
    view.data = real ? static_cast<const void*>(f32.data()) : s8.data();
    if (bias) view.bias = real ? static_cast<const void*>(f32_bias.data()) : s32_bias.data();
  }
};

// A stage whose requantized results spread over the whole of 0..255 for sums of `k` products.
inline OutputStage TestStage(int64_t k, size_t channels, int32_t src_zero_point,
                             std::mt19937& random) {
  OutputStage stage;
  stage.src_zero_point = src_zero_point;
  const float spread = 1.0f / (100.0f * std::sqrt(static_cast<float>(k)));
  for (size_t i = 0; i < channels; ++i) {
    stage.scale.push_back(spread * (0.5f + static_cast<float>(random() % 1000) / 1000.0f));
  }
  return stage;
}

inline size_t SrcBytes(ComputeType type) { return type == ComputeType::kF32 ? 4 : 1; }
inline size_t DstBytes(ComputeType type) { return type == ComputeType::kU8S8U8 ? 1 : 4; }

}  // namespace assay
