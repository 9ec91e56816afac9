#include "harness/engine/matrix_batch.h"

#include <vector>

namespace assay::engine {

Operand AsMatrix(const Operand& operand, int axis) {
  if (operand.shape.rank() > 1) return operand;
  std::vector<int64_t> dims = operand.shape.dims();
  Operand matrix = operand;
  dims.insert(dims.begin() + axis, 1);
  matrix.shape = Shape(std::move(dims));
  matrix.strides.insert(matrix.strides.begin() + axis, operand.shape[0]);
  return matrix;
}

MatrixBatch::MatrixBatch(const Operand& lhs, const Operand& rhs, const Operand& dst)
    : m_(dst.shape[dst.shape.rank() - 2]) {
  const Shape& shape = dst.shape;
  const Strides lhs_strides = lhs.BroadcastStrides(shape);
  Operand matrices = rhs;  // Starts alone: their extents need not be those of dst.
  matrices.shape[matrices.shape.rank() - 2] = matrices.shape[matrices.shape.rank() - 1] = 1;
  const Strides rhs_strides = matrices.BroadcastStrides(shape);
  rank_ = static_cast<size_t>(shape.rank()) - 2;
  for (size_t i = 0; i < rank_; ++i) {
    axes_[i] = {shape[static_cast<int>(i)], lhs_strides[i], rhs_strides[i], dst.strides[i]};
  }
  FoldIntoRows(RowStride(lhs), RowStride(dst));
}

int64_t MatrixBatch::elements() const {
  int64_t product = 1;
  for (size_t i = 0; i < rank_; ++i) product *= axes_[i].extent;
  return product;
}

MatrixBatch::Starts MatrixBatch::operator[](int64_t index) const {
  Starts at;
  for (size_t i = rank_; i-- > 0; index /= axes_[i].extent) {
    const int64_t step = index % axes_[i].extent;
    at = {at.lhs + step * axes_[i].lhs, at.rhs + step * axes_[i].rhs, at.dst + step * axes_[i].dst};
  }
  return at;
}

void MatrixBatch::FoldIntoRows(int64_t lhs_row, int64_t dst_row) {
  while (rank_ > 0) {
    const Axis& axis = axes_[rank_ - 1];
    const bool follows = axis.rhs == 0 && axis.lhs == m_ * lhs_row && axis.dst == m_ * dst_row;
    if (axis.extent != 1 && !follows) return;
    m_ *= axis.extent;
    --rank_;
  }
}

}  // namespace assay::engine
