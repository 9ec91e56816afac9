#include "harness/engine/plain_matmul.h"

#include "harness/engine/broadcast.h"

namespace assay::engine {
namespace {

Shape AsRow(const Shape& a) { return a.rank() == 1 ? Shape{1, a[0]} : a; }
Shape AsColumn(const Shape& b) { return b.rank() == 1 ? Shape{b[0], 1} : b; }

Shape Leading(const Shape& shape) {
  return Shape(std::vector<int64_t>(shape.dims().begin(), shape.dims().end() - 2));
}

// The result's shape with both axes of the matrices there.
Shape Whole(const Shape& a, const Shape& b, const Shape& dst) {
  std::vector<int64_t> dims = dst.dims();
  if (b.rank() == 1) dims.push_back(1);
  if (a.rank() == 1) dims.insert(dims.end() - 1, 1);
  return Shape(std::move(dims));
}

// The starts of rows: the last axis is one element.
Operand Rows(Operand operand) {
  operand.shape[operand.shape.rank() - 1] = 1;
  return operand;
}
// The starts of matrices: so are both.
Operand Matrices(Operand operand) {
  operand.shape[operand.shape.rank() - 2] = 1;
  return Rows(operand);
}

LoopNest<3> RowsOf(const Operand& a, const Operand& b, const Operand& dst) {
  const Operand result = Rows(dst.Reshaped(Whole(a.shape, b.shape, dst.shape)));
  return LoopNest<3>(result.shape,
                     {result.strides,
                      Rows(a.Reshaped(AsRow(a.shape))).BroadcastStrides(result.shape),
                      Matrices(b.Reshaped(AsColumn(b.shape))).BroadcastStrides(result.shape)});
}

}  // namespace

Result<Shape> MatMulShape(const Node& node, const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) return NodeError(node, "an operand is a scalar");
  const Shape left = AsRow(a), right = AsColumn(b);
  if (left[left.rank() - 1] != right[right.rank() - 2]) {
    return NodeError(node, "matrices {} and {} do not multiply", a.ToString(), b.ToString());
  }
  ASSAY_ASSIGN_OR_RETURN(const Shape batch, BroadcastShape(node, Leading(left), Leading(right)));
  std::vector<int64_t> dims = batch.dims();
  if (a.rank() > 1) dims.push_back(a[a.rank() - 2]);
  if (b.rank() > 1) dims.push_back(b[b.rank() - 1]);
  return Shape(std::move(dims));
}

PlainMatMul::PlainMatMul(const Operand& a, const Operand& b, const Operand& dst)
    : depth(a.shape.dims().back()),
      columns(b.shape.rank() == 1 ? 1 : b.shape.dims().back()),
      rows(RowsOf(a, b, dst)) {}

}  // namespace assay::engine
