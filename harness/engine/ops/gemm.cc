#include "harness/engine/broadcast.h"
#include "harness/engine/lowering.h"
#include "harness/engine/matrix.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kReals));
  const DType dtype = inference.dtype(0);
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, {dtype}));
  for (size_t i = 0; i < 2; ++i) ASSAY_RETURN_IF_ERROR(inference.ExpectRank(i, 2));
  const int trans_a = inference.node().Int("transA", 0) != 0 ? 1 : 0;
  const int trans_b = inference.node().Int("transB", 0) != 0 ? 1 : 0;
  const Shape& a = inference.shape(0);
  const Shape& b = inference.shape(1);
  if (a[1 - trans_a] != b[trans_b]) {
    return inference.Error("matrices {} and {} (transA {}, transB {}) do not multiply",
                           a.ToString(), b.ToString(), trans_a, trans_b);
  }
  const Shape result = {a[trans_a], b[1 - trans_b]};
  if (inference.has(2)) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(2, {dtype}));
    ASSAY_ASSIGN_OR_RETURN(const Shape both,
                           BroadcastShape(inference.node(), inference.shape(2), result));
    if (both != result) {
      return inference.Error("C {} does not broadcast to {}", inference.shape(2).ToString(),
                             result.ToString());
    }
  }
  return inference.Set(0, dtype, result);
}

// Rows are images, and C is the same for all of them.
bool PerImage(const Inference& inference) {
  const bool alike =
      !inference.has(2) || inference.shape(2).rank() < 2 || inference.shape(2)[0] == 1;
  return OnlyFirstIsBatch(inference) && inference.node().Int("transA", 0) == 0 && alike;
}

// C is one value per column, or absent.
bool HasBiasForm(const Node& node, const Lowerer& lowerer, int64_t n) {
  if (!node.has_input(2)) return true;
  const Tensor* c = lowerer.constant(node.input(2));
  if (c == nullptr) return false;
  return c->elements() == 1 || (c->elements() == n && c->shape()[c->shape().rank() - 1] == n);
}

// beta * C for each column; empty: there is no C.
std::vector<float> BiasOf(const Node& node, const Lowerer& lowerer, int64_t n) {
  std::vector<float> bias;
  if (!node.has_input(2)) return bias;
  const auto c = lowerer.constant(node.input(2))->as<float>();
  const float beta = node.Float("beta", 1.0f);
  for (size_t i = 0; i < static_cast<size_t>(n); ++i)
    bias.push_back(beta * c[c.size() == 1 ? 0 : i]);
  return bias;
}

// lhs [m, k] by a constant B, which is copied only where it is not [n][k] as it stands.
Status AddConstantProduct(const Node& node, Lowerer& lowerer, int64_t n, int64_t k) {
  const Tensor* b = lowerer.constant(node.input(1));
  const float alpha = node.Float("alpha", 1.0f);
  Tensor rows;
  if (node.Int("transB", 0) == 0) b = &(rows = Transposed<float>(*b, k, n));
  if (alpha != 1.0f) {
    if (b != &rows) b = &(rows = *b);
    for (float& value : rows.as<float>()) value *= alpha;
  }
  return AddProduct(
      node, lowerer, lowerer.Dense(node.input(0)),
      {.values = b->as<float>().data(), .bias = BiasOf(node, lowerer, n), .n = n, .k = k});
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const bool trans_a = node.Int("transA", 0) != 0, trans_b = node.Int("transB", 0) != 0;
  const Shape& a_shape = lowerer.shape(node.input(0));
  const int64_t k = a_shape[trans_a ? 0 : 1];
  const int64_t n = lowerer.shape(node.outputs[0])[1];
  const bool real = lowerer.type(node.input(0)).dtype == DType::kF32;
  if (real && lowerer.constant(node.input(1)) != nullptr && !trans_a && k > 0 &&
      HasBiasForm(node, lowerer, n)) {
    return AddConstantProduct(node, lowerer, n, k);
  }
  MatrixProduct product;
  product.lhs = trans_a ? lowerer.Get(node.input(0)).Permuted({1, 0}) : lowerer.Get(node.input(0));
  product.rhs = trans_b ? lowerer.Get(node.input(1)).Permuted({1, 0}) : lowerer.Get(node.input(1));
  if (node.has_input(2)) product.addend = lowerer.Get(node.input(2));
  product.alpha = node.Float("alpha", 1.0f);
  product.beta = node.Float("beta", 1.0f);
  product.dst = lowerer.New(node.outputs[0], Order::kDense);
  return AddMatrixProduct(node, lowerer, product);
}

}  // namespace

extern const Lowering gemm;
const Lowering gemm = {.op_type = "Gemm", .infer = Infer, .lower = Lower, .per_image = PerImage};

}  // namespace assay::engine
