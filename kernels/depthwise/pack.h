// Packing of depthwise weights for any variant.
#pragma once

#include "kernels/base/buffer.h"
#include "kernels/base/compute.h"
#include "kernels/conv/spec.h"
#include "kernels/depthwise/variant.h"

namespace assay::depthwise {

struct Packed {
  Buffer weights, bias, scale;
  bool bounded = false, small = false;  // As in Task.

  size_t bytes() const { return weights.size() + bias.size() + scale.size(); }
};

// Channels that do not exist have weight, bias and scale 0.
Packed Pack(const Packing& packing, const ConvSpec& spec, ComputeType type, const Weights& weights,
            const OutputStage& stage);

}  // namespace assay::depthwise
