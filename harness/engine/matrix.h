// Matrix: products of matrices, for Gemm and MatMul.
#pragma once

#include <optional>
#include <vector>

#include "harness/engine/lowerer.h"

namespace assay::engine {

// A constant right-hand side as a 1x1 convolution takes it.
struct MatrixWeights {
  std::vector<float> values;  // [n][k].
  std::vector<float> bias;    // [n], or empty.
  int64_t n = 0, k = 0;
};

// Appends dst = clamp(lhs * weights + bias): lhs is dense, [..., k]; the clamp is the node's.
Status AddProduct(const Node& node, Lowerer& lowerer, const Operand& lhs,
                  const MatrixWeights& weights);

// Appends the plain loop dst[..., i, j] = clamp(alpha * sum over k of lhs[..., i, k] * rhs[..., k,
// j]
// + beta * addend), with numpy's broadcasting in front and for the addend.
struct PlainProduct {
  Operand lhs, rhs, dst;
  std::optional<Operand> addend;
  float alpha = 1.0f, beta = 1.0f;
};
void AddPlainProduct(const Node& node, Lowerer& lowerer, const PlainProduct& product);

}  // namespace assay::engine
