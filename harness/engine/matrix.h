// Matrix: products of matrices, for Gemm and MatMul.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/engine/lowerer.h"

namespace assay::engine {

// A constant right-hand side as a 1x1 convolution takes it.
struct MatrixWeights {
  const float* values = nullptr;  // [n][k].
  std::vector<float> bias = {};   // [n], or empty.
  int64_t n = 0, k = 0;
};

// Rows become columns: [rows][columns] to [columns][rows].
template <typename T>
Tensor Transposed(const Tensor& matrix, int64_t rows, int64_t columns) {
  constexpr int64_t kBlock = 64 / sizeof(T);  // A cache line.
  Tensor transposed(matrix.dtype(), Shape{columns, rows});
  const T* from = matrix.as<T>().data();
  T* to = transposed.as<T>().data();
  for (int64_t first = 0; first < rows; first += kBlock) {
    const int64_t last = std::min(first + kBlock, rows);
    for (int64_t column = 0; column < columns; ++column) {
      for (int64_t row = first; row < last; ++row) {
        to[column * rows + row] = from[row * columns + column];
      }
    }
  }
  return transposed;
}

// Appends dst = clamp(lhs * weights + bias): lhs is dense, [..., k]; the clamp is the node's.
Status AddProduct(const Node& node, Lowerer& lowerer, const Operand& lhs,
                  const MatrixWeights& weights);

// dst[..., i, j] = clamp(alpha * sum over k of lhs[..., i, k] * rhs[..., k, j] + beta * addend) of
// operands that are data or constants, with numpy's broadcasting in front and for the addend; the
// clamp is the node's. Rows of dst are contiguous.
struct MatrixProduct {
  Operand lhs, rhs, dst;
  std::optional<Operand> addend;
  float alpha = 1.0f, beta = 1.0f;
};
// Appends it, by the kernels where that pays.
Status AddMatrixProduct(const Node& node, Lowerer& lowerer, const MatrixProduct& product);

}  // namespace assay::engine
