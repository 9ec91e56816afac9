// CodeProduct: sums of products of codes less their zero points, by the kernels: for ConvInteger
// and MatMulInteger, whose weights are constants more often than not.
#pragma once

#include "harness/engine/lowerer.h"

namespace assay::engine {

// Inputs of a checked node: codes a and b, which are u8 or s8, and their zero points, which may be
// absent. The result is s32.
struct CodeInputs {
  size_t a, b, a_zero, b_zero;
};

// Appends the steps of a convolution of images, or of rows by a matrix. false, and no steps: no
// kernel does it, since b is not constant, less its zero points no s8, or of other axes.
Result<bool> AddCodeConvolution(const Node& node, Lowerer& lowerer, const CodeInputs& inputs);
Result<bool> AddCodeMatrix(const Node& node, Lowerer& lowerer, const CodeInputs& inputs);

}  // namespace assay::engine
