#include "harness/engine/broadcast.h"
#include "harness/engine/lowering.h"
#include "harness/engine/matrix.h"

namespace assay::engine {
namespace {

// numpy.matmul: a vector on the left is a row, on the right a column, and the axis goes again.
Shape AsRow(const Shape& a) { return a.rank() == 1 ? Shape{1, a[0]} : a; }
Shape AsColumn(const Shape& b) { return b.rank() == 1 ? Shape{b[0], 1} : b; }

Shape Leading(const Shape& shape) {
  return Shape(std::vector<int64_t>(shape.dims().begin(), shape.dims().end() - 2));
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  for (size_t i = 0; i < 2; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
    if (inference.shape(i).rank() == 0) return inference.Error("input {} is a scalar", i);
  }
  const Shape a = AsRow(inference.shape(0)), b = AsColumn(inference.shape(1));
  if (a[a.rank() - 1] != b[b.rank() - 2]) {
    return inference.Error("matrices {} and {} do not multiply", inference.shape(0).ToString(),
                           inference.shape(1).ToString());
  }
  ASSAY_ASSIGN_OR_RETURN(const Shape batch,
                         BroadcastShape(inference.node(), Leading(a), Leading(b)));
  std::vector<int64_t> dims = batch.dims();
  if (inference.shape(0).rank() > 1) dims.push_back(a[a.rank() - 2]);
  if (inference.shape(1).rank() > 1) dims.push_back(b[b.rank() - 1]);
  return inference.Set(0, DType::kF32, std::move(dims));
}

MatrixWeights WeightsOf(const Tensor& b) {
  MatrixWeights weights{.values = {}, .bias = {}, .n = b.shape()[1], .k = b.shape()[0]};
  for (int64_t n = 0; n < weights.n; ++n) {
    for (int64_t k = 0; k < weights.k; ++k) {
      weights.values.push_back(b.as<float>()[static_cast<size_t>(k * weights.n + n)]);
    }
  }
  return weights;
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Tensor* constant = lowerer.constant(node.input(1));
  if (constant != nullptr && constant->shape().rank() == 2 && constant->shape()[0] > 0) {
    return AddProduct(node, lowerer, lowerer.Dense(node.input(0)), WeightsOf(*constant));
  }
  const Operand a = lowerer.Dense(node.input(0)), b = lowerer.Dense(node.input(1));
  PlainProduct product;
  product.lhs = a.Reshaped(AsRow(a.shape));
  product.rhs = b.Reshaped(AsColumn(b.shape));
  product.dst = lowerer.New(node.outputs[0], Order::kDense);
  std::vector<int64_t> dims = product.dst.shape.dims();
  if (b.shape.rank() == 1) dims.push_back(1);
  if (a.shape.rank() == 1) dims.insert(dims.end() - 1, 1);
  product.dst = product.dst.Reshaped(Shape(std::move(dims)));
  AddPlainProduct(node, lowerer, product);
  return {};
}

}  // namespace

extern const Lowering matmul;
const Lowering matmul = {.op_type = "MatMul", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
