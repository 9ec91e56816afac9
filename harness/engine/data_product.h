// DataProduct: products of f32 matrices that are both data, by the kernels (kernels/gemm).
#pragma once

#include <cstdint>
#include <optional>

#include "harness/engine/lowerer.h"
#include "kernels/base/compute.h"

namespace assay::engine {

// dst[..., i, j] = stage(sum over k of lhs[..., i, k] * rhs[..., k, j] + addend[i, j]): lhs and rhs
// broadcast in front, rows of lhs and dst are contiguous. There is an addend for products of two
// axes alone; it is a matrix, or one row for all, contiguous too.
struct DataProduct {
  Operand lhs, rhs, dst;
  std::optional<Operand> addend;
  OutputStage stage = {};

  int64_t m() const { return dst.shape[dst.shape.rank() - 2]; }
  int64_t n() const { return dst.shape[dst.shape.rank() - 1]; }
  int64_t k() const { return lhs.shape[lhs.shape.rank() - 1]; }
  // Whether the operand can be the addend.
  bool TakesAddend(const Operand& operand) const;
};

// Appends the step.
Status AddDataProduct(const Node& node, Lowerer& lowerer, const DataProduct& product);

// The operand with its last axis contiguous; a copy where it is not.
Operand WithContiguousRows(const Node& node, Lowerer& lowerer, const Operand& operand);

}  // namespace assay::engine
