// TransposedConvolution: ConvTranspose of constant weights as a product and a sum: every pixel by
// the weights of all taps, then every output adds what pixels and taps contribute to it. Unlike the
// convolution of the image with zeros between its pixels, it multiplies no zeros.
#pragma once

#include <vector>

#include "harness/engine/lowerer.h"
#include "harness/engine/window.h"

namespace assay::engine {

// Whether the products of all taps take memory in proportion to the operands, and there are any.
bool GathersProducts(const Node& node, const Lowerer& lowerer, const std::vector<WindowAxis>& axes);

// Appends the steps, for one axis or more.
Status AddTransposedConvolution(const Node& node, Lowerer& lowerer,
                                const std::vector<WindowAxis>& axes);

}  // namespace assay::engine
