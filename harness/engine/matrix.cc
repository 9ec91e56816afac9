#include "harness/engine/matrix.h"

#include <algorithm>

#include "harness/engine/convolution.h"
#include "harness/engine/data_product.h"
#include "harness/engine/loop_nest.h"

namespace assay::engine {

Status AddProduct(const Node& node, Lowerer& lowerer, const Operand& lhs,
                  const MatrixWeights& weights) {
  Convolution product;
  product.spec = {.w = lhs.elements() / weights.k, .c = weights.k, .oc = weights.n};
  product.weights = {.data = weights.values,
                     .bias = weights.bias.empty() ? nullptr : weights.bias.data()};
  product.stage = FloatStage(node);
  product.src = lhs;
  product.src_is_matrix = true;
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const bool vectors = dst.shape.rank() == 0 || dst.shape.dims().back() != weights.n;
  product.dst = vectors ? dst.Reshaped({dst.elements(), 1}) : dst;
  return AddConvolution(node, lowerer, product);
}

namespace {

// As a loop, of doubles, which nothing clamps.
void AddLoop(const Node& node, Lowerer& lowerer, const MatrixProduct& product) {
  const Shape& shape = product.dst.shape;
  const int rank = shape.rank();
  const int64_t depth = product.lhs.shape[product.lhs.shape.rank() - 1];
  const int64_t lhs_step = product.lhs.strides.back();
  const int64_t rhs_step = product.rhs.strides[product.rhs.strides.size() - 2];

  // Element [..., i, j] of the result starts at row i of lhs and column j of rhs.
  Operand rows = product.lhs, columns = product.rhs;
  rows.shape[rows.shape.rank() - 1] = 1;
  columns.shape[columns.shape.rank() - 2] = 1;
  const LoopNest<4> nest(
      shape, {product.dst.strides, rows.BroadcastStrides(shape), columns.BroadcastStrides(shape),
              product.addend ? product.addend->BroadcastStrides(shape)
                             : Strides(static_cast<size_t>(rank), 0)});
  std::vector<Operand> reads = {product.lhs, product.rhs};
  if (product.addend) reads.push_back(*product.addend);
  auto added = lowerer.Add(node, reads, {product.dst}, [=](const Frame& frame) -> Status {
    const double* lhs = frame.At<const double>(product.lhs);
    const double* rhs = frame.At<const double>(product.rhs);
    const double* addend = product.addend ? frame.At<const double>(*product.addend) : nullptr;
    double* dst = frame.At<double>(product.dst);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        const double* row = lhs + at[1] + i * steps[1];
        const double* column = rhs + at[2] + i * steps[2];
        double sum = 0;
        for (int64_t k = 0; k < depth; ++k) sum += row[k * lhs_step] * column[k * rhs_step];
        sum *= product.alpha;
        if (addend != nullptr) sum += product.beta * addend[at[3] + i * steps[3]];
        dst[at[0] + i * steps[0]] = sum;
      }
    });
    return {};
  });
  added.info.macs = shape.elements() * depth;
}

// dst = clamp(alpha * dst + beta * addend).
void AddToProduct(const Node& node, Lowerer& lowerer, const MatrixProduct& product) {
  const Operand dst = product.dst, addend = product.addend.value_or(dst);
  const LoopNest<2> nest(dst.shape, {dst.strides, addend.BroadcastStrides(dst.shape)});
  const float alpha = product.alpha, beta = product.addend ? product.beta : 0.0f;
  lowerer.Add(node, {dst, addend}, {dst},
              [=, stage = FloatStage(node)](const Frame& frame) -> Status {
                const float* from = frame.At<const float>(addend);
                float* to = frame.At<float>(dst);
                const auto [step, other] = nest.steps();
                nest.Run(*frame.pool, [&, step = step, other = other](const auto& at) {
                  for (int64_t i = 0; i < nest.inner(); ++i) {
                    float& y = to[at[0] + i * step];
                    float sum = y * alpha;
                    if (beta != 0) sum += beta * from[at[1] + i * other];
                    y = std::min(std::max(sum, stage.lo), stage.hi);
                  }
                });
                return {};
              });
}

}  // namespace

Status AddMatrixProduct(const Node& node, Lowerer& lowerer, const MatrixProduct& product) {
  if (product.dst.dtype == DType::kF64) {
    AddLoop(node, lowerer, product);
    return {};
  }
  DataProduct data;
  data.lhs = product.lhs;
  data.rhs = product.rhs;
  data.dst = product.dst;
  const bool adds = !product.addend || (product.beta == 1.0f && data.TakesAddend(*product.addend));
  const bool plain = product.alpha == 1.0f && adds;
  if (plain) {
    data.addend = product.addend;
    data.stage = FloatStage(node);
  }
  data.lhs = WithContiguousRows(node, lowerer, product.lhs);
  ASSAY_RETURN_IF_ERROR(AddDataProduct(node, lowerer, data));
  if (!plain) AddToProduct(node, lowerer, product);
  return {};
}

}  // namespace assay::engine
