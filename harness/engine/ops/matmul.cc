#include <algorithm>
#include <vector>

#include "harness/engine/convolution.h"
#include "harness/engine/data_product.h"
#include "harness/engine/fuse.h"
#include "harness/engine/lowering.h"
#include "harness/engine/matrix.h"
#include "harness/engine/matrix_batch.h"
#include "harness/engine/per_image.h"
#include "harness/engine/plain_matmul.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(
      inference.ExpectType(0, {DType::kF32, DType::kF64, DType::kI32, DType::kI64}));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, {inference.dtype(0)}));
  ASSAY_ASSIGN_OR_RETURN(const Shape shape,
                         MatMulShape(inference.node(), inference.shape(0), inference.shape(1)));
  return inference.Set(0, inference.dtype(0), shape);
}

// Rows by a constant, or a matrix of each image by another.
bool PerImage(const Inference& inference) {
  const int a = inference.shape(0).rank(), b = inference.shape(1).rank();
  if (OnlyFirstIsBatch(inference)) return a >= 2 && b <= 2;
  return inference.constant(0) == nullptr && inference.constant(1) == nullptr && a >= 3 && a == b;
}

// T: of integers the unsigned type, whose sums wrap.
template <typename T>
Status LowerPlain(const Node& node, Lowerer& lowerer) {
  const Operand a = lowerer.Dense(node.input(0)), b = lowerer.Dense(node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const PlainMatMul product(a, b, dst);
  auto added = lowerer.Add(node, {a, b}, {dst}, [=](const Frame& frame) -> Status {
    product.Run(frame.At<const T>(a), frame.At<const T>(b), frame.At<T>(dst), *frame.pool);
    return {};
  });
  added.info.macs = dst.elements() * product.depth;
  return {};
}

Status LowerData(const Node& node, Lowerer& lowerer) {
  const Operand a = AsMatrix(lowerer.Get(node.input(0)), 0);
  const Operand b = AsMatrix(lowerer.Get(node.input(1)), 1);
  ASSAY_ASSIGN_OR_RETURN(const Shape whole, MatMulShape(node, a.shape, b.shape));
  DataProduct product;
  product.rhs = b;
  product.stage = FloatStage(node);
  product.lhs = WithContiguousRows(node, lowerer, a);
  product.dst = lowerer.New(node.outputs[0], Order::kDense).Reshaped(whole);
  return AddDataProduct(node, lowerer, product);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const DType dtype = lowerer.type(node.input(0)).dtype;
  if (dtype == DType::kF64) return LowerPlain<double>(node, lowerer);
  if (dtype == DType::kI32) return LowerPlain<uint32_t>(node, lowerer);
  if (dtype == DType::kI64) return LowerPlain<uint64_t>(node, lowerer);
  const Tensor* constant = lowerer.constant(node.input(1));
  if (constant != nullptr && constant->shape().rank() <= 2 && constant->shape()[0] > 0) {
    const int64_t k = constant->shape()[0], n = constant->elements() / k;
    const Tensor rows = Transposed<float>(*constant, k, n);
    return AddProduct(node, lowerer, lowerer.Dense(node.input(0)),
                      {.values = rows.as<float>().data(), .n = n, .k = k});
  }
  return LowerData(node, lowerer);
}

}  // namespace

extern const Lowering matmul;
const Lowering matmul = {
    .op_type = "MatMul", .infer = Infer, .lower = Lower, .per_image = PerImage};

}  // namespace assay::engine
