#include <vector>

#include "harness/engine/integer_product.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

int64_t Columns(const Node& node, const Shape& weights) {
  return weights[node.Int("transB", 0) != 0 ? 0 : 1];
}

// x [..., k] by weights [k, n], or [n, k] with transB.
Status Infer(Inference& inference) {
  std::vector<int64_t> dims = inference.shape(0).dims();
  dims.back() = Columns(inference.node(), inference.shape(1));
  return inference.Set(0, IsRequantized(inference.node()) ? DType::kU8 : DType::kF32,
                       std::move(dims));
}

// [n][k].
std::vector<int8_t> RowsOfWeights(const Tensor& weights, bool transposed) {
  const auto values = weights.as<int8_t>();
  if (transposed) return {values.begin(), values.end()};
  const int64_t k = weights.shape()[0], n = weights.shape()[1];
  std::vector<int8_t> rows;
  for (int64_t row = 0; row < n; ++row) {
    for (int64_t i = 0; i < k; ++i) rows.push_back(values[static_cast<size_t>(i * n + row)]);
  }
  return rows;
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Tensor& weights = *lowerer.constant(node.input(1));
  const std::vector<int8_t> rows = RowsOfWeights(weights, node.Int("transB", 0) != 0);
  Convolution product;
  product.src = lowerer.Dense(node.input(0));
  const int64_t n = Columns(node, weights.shape()), k = weights.elements() / n;
  product.spec.w = product.src.elements() / k;
  product.spec.c = k;
  product.spec.oc = n;
  product.weights.data = rows.data();
  if (node.has_input(2)) product.weights.bias = lowerer.constant(node.input(2))->data();
  return AddIntegerProduct(node, lowerer, product, Order::kDense);
}

}  // namespace

extern const Lowering q_gemm;
const Lowering q_gemm = {
    .op_type = "QGemm", .domain = kFusedDomain, .infer = Infer, .lower = Lower};

}  // namespace assay::engine
