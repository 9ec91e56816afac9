// CodeProduct: sums of products of codes less their zero points, by the kernels: for ConvInteger,
// MatMulInteger and QLinearMatMul, whose weights are constants more often than not.
#pragma once

#include <optional>
#include <vector>

#include "harness/engine/lowerer.h"

namespace assay::engine {

// Inputs of a checked node: codes a and b, which are u8 or s8, and their zero points, which may be
// absent. The result is s32.
struct CodeInputs {
  size_t a, b, a_zero, b_zero;
};

// Appends the steps of a convolution of images, or of rows by a matrix. false, and no steps: these
// kernels do not, since b is not constant, less its zero points no s8, or of other axes
// (unfolded_codes.h).
Result<bool> AddCodeConvolution(const Node& node, Lowerer& lowerer, const CodeInputs& inputs);
Result<bool> AddCodeMatrix(const Node& node, Lowerer& lowerer, const CodeInputs& inputs);

// What becomes of a sum: saturate(round(sum * scale) + zero point), by floats.
struct CodeResult {
  std::vector<float> scales;  // One, or one per column.
  int32_t zero_point = 0;     // In the range of the result's type, u8 or s8.
};

// Appends the steps of numpy.matmul(a, b), whether b is constant or not. Without `result`, dst is
// the sums.
Status AddCodeMatMul(const Node& node, Lowerer& lowerer, const CodeInputs& inputs,
                     const std::optional<CodeResult>& result);

}  // namespace assay::engine
