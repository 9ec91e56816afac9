// Symmetric s8 quantization of constant weights, and the int32 bias that goes with them.
#pragma once

#include <vector>

#include "kernels/base/tensor.h"

namespace assay::quantize {

struct QuantizedWeights {
  Tensor values;              // s8 in [-127, 127], the shape of the weights.
  std::vector<float> scales;  // One, or one per channel.
  Tensor bias;  // s32 [channels], scale = input scale * weight scale; empty without one.
};

// weights: float. Per channel along `axis`, or per tensor when `axis` is -1. A bias that would not
// fit into 31 bits widens its channel's scale until it does (as ONNX Runtime does).
QuantizedWeights QuantizeWeights(const Tensor& weights, int axis, const Tensor* bias,
                                 float input_scale);

}  // namespace assay::quantize
