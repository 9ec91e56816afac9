#include <vector>

#include "harness/engine/integer_product.h"
#include "harness/engine/lowering.h"
#include "harness/engine/matrix.h"
#include "harness/engine/per_image.h"

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

// The first axis must not be the one that is summed over.
bool PerImage(const Inference& inference) {
  return ConvolvesImages(inference) && inference.shape(0).rank() >= 2;
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Tensor& weights = *lowerer.constant(node.input(1));
  const bool transposed = node.Int("transB", 0) != 0;
  const Shape& shape = weights.shape();
  const Tensor rows = transposed ? Tensor() : Transposed<int8_t>(weights, shape[0], shape[1]);
  Convolution product;
  product.src_is_matrix = true;
  product.src = lowerer.Dense(node.input(0));
  const int64_t n = Columns(node, weights.shape()), k = weights.elements() / n;
  product.spec.w = product.src.elements() / k;
  product.spec.c = k;
  product.spec.oc = n;
  product.weights.data = transposed ? weights.data() : rows.data();
  if (node.has_input(2)) product.weights.bias = lowerer.constant(node.input(2))->data();
  return AddIntegerProduct(node, lowerer, product, Order::kDense);
}

}  // namespace

extern const Lowering q_gemm;
const Lowering q_gemm = {.op_type = "QGemm",
                         .domain = kFusedDomain,
                         .infer = Infer,
                         .lower = Lower,
                         .per_image = PerImage};

}  // namespace assay::engine
