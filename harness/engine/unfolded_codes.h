// UnfoldedCodes: convolutions of codes whose weights are data, or less their zero points no s8, or
// of one or three axes: products of the weights with the unfolded image
// (kernels/conv/code_unfolding.h).
#pragma once

#include <optional>
#include <vector>

#include "harness/engine/code_product.h"
#include "harness/engine/lowerer.h"
#include "harness/engine/window.h"

namespace assay::engine {

// Of a checked ConvInteger or QLinearConv: whether its axes and extents are such that kernels can.
bool UnfoldsCodes(const Node& node, const Lowerer& lowerer, const CodeInputs& inputs,
                  const std::vector<WindowAxis>& axes);

// Appends the steps. `bias`: an s32 input, or none that is there. Without `result` dst is the sums.
Status AddUnfoldedCodes(const Node& node, Lowerer& lowerer, const CodeInputs& inputs, size_t bias,
                        const std::optional<CodeResult>& result,
                        const std::vector<WindowAxis>& axes);

}  // namespace assay::engine
