// Symmetric s8 quantization of constant weights, and the int32 bias that goes with them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/tensor.h"

namespace assay::quantize {

// What an int8 operator with weights computes with.
struct Constants {
  Tensor values;              // s8 in [-127, 127], the shape of the weights.
  std::vector<float> scales;  // One, or one per channel.
  Tensor bias;  // s32 [channels], scale = input scale * weight scale; empty without one.
};

// How far the codes reach.
enum class Scaling : uint8_t {
  kLargest,     // To the largest weight: none is clipped.
  kLeastError,  // As far as gives the least squared error: the scale of a channel is searched, and
                // weights beyond 127 times it are clipped ("MSE" in Nagel et al., "A White Paper on
                // Neural Network Quantization", arXiv:2106.08295, section 3.1).
};

// weights: float. Per channel along `axis`, or per tensor when `axis` is -1. A bias that would not
// fit into 31 bits widens its channel's scale until it does (as ONNX Runtime does).
Constants QuantizeWeights(const Tensor& weights, int axis, const Tensor* bias, float input_scale,
                          Scaling scaling = Scaling::kLargest);

// bias: float [channels]; scales as in Constants. Its codes at scale x input_scale, in 31 bits.
Tensor QuantizeBias(const Tensor& bias, const std::vector<float>& scales, float input_scale);

}  // namespace assay::quantize
