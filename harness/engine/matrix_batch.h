// MatrixBatch: the elements of a batch of products of matrices, whose axes in front broadcast.
#pragma once

#include <array>
#include <cstdint>

#include "harness/engine/operand.h"

namespace assay::engine {

// From row to row of a matrix, or of a batch of them.
inline int64_t RowStride(const Operand& matrix) {
  return matrix.strides[matrix.strides.size() - 2];
}

// A vector as a matrix, whose new axis stands there: 0, a row; 1, a column.
Operand AsMatrix(const Operand& operand, int axis);

// Where the matrices of a batch start: of lhs, rhs and dst.
class MatrixBatch {
 public:
  // Of matrices [..., m, k], [..., k, n] and [..., m, n].
  MatrixBatch(const Operand& lhs, const Operand& rhs, const Operand& dst);

  int64_t m() const { return m_; }  // Rows of an element, with what was folded into them.
  int64_t elements() const;

  struct Starts {
    int64_t lhs = 0, rhs = 0, dst = 0;
  };
  Starts operator[](int64_t index) const;

 private:
  struct Axis {
    int64_t extent = 1, lhs = 0, rhs = 0, dst = 0;
  };

  // Elements that share their right-hand side are more rows of one product.
  void FoldIntoRows(int64_t lhs_row, int64_t dst_row);

  std::array<Axis, kMaxRank> axes_;
  size_t rank_ = 0;
  int64_t m_;
};

}  // namespace assay::engine
