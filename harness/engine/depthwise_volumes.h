// DepthwiseVolumes: f32 depthwise convolutions over three axes, by the depthwise kernels of images: a
// slice of the result is a sum over the kernel's depth of convolutions of slices.
#pragma once

#include <vector>

#include "harness/engine/lowerer.h"
#include "harness/engine/window.h"

namespace assay::engine {

// Of a checked Conv with constant weights and bias: whether it is one that AddDepthwiseVolumes does.
bool IsDepthwiseVolume(const Node& node, const Lowerer& lowerer,
                       const std::vector<WindowAxis>& axes);

// Appends the steps; the clamp is the node's.
Status AddDepthwiseVolumes(const Node& node, Lowerer& lowerer, const std::vector<WindowAxis>& axes);

}  // namespace assay::engine
