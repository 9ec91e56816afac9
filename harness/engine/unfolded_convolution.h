// UnfoldedConvolution: f32 convolutions that kernels/conv does not do, of three spatial axes or of
// weights that are data: products of the weights with the unfolded image (kernels/conv/unfold.h).
#pragma once

#include <vector>

#include "harness/engine/lowerer.h"
#include "harness/engine/window.h"

namespace assay::engine {

// Of a checked Conv: whether its axes and extents are such that kernels are faster than loops.
bool PaysUnfolded(const Node& node, const Lowerer& lowerer, const std::vector<WindowAxis>& axes);

// Appends the steps; the clamp is the node's.
Status AddUnfoldedConvolution(const Node& node, Lowerer& lowerer,
                              const std::vector<WindowAxis>& axes);

}  // namespace assay::engine
