#include "harness/engine/data_product.h"

#include <memory>
#include <vector>

#include "harness/engine/matrix_batch.h"
#include "kernels/base/check.h"
#include "kernels/gemm/panel_product.h"

namespace assay::engine {
namespace {

using gemm::PanelProduct;

}  // namespace

bool DataProduct::TakesAddend(const Operand& operand) const {
  const Shape& shape = operand.shape;
  const int rank = shape.rank();
  if (dst.shape.rank() != 2 || rank == 0 || shape[rank - 1] != n()) return false;
  return operand.strides.back() == 1 || n() == 1;
}

// Of one row, to pack a matrix takes longer than to multiply it: 12 times 1x197x64 in 16 us by
// loops, in 24 by the kernels.
bool DataProduct::Pays() const {
  return k() > 0 && (MatrixBatch(lhs, rhs, dst).m() > 1 || rhs.strides.back() != 1);
}

Status AddDataProduct(const Node& node, Lowerer& lowerer, const DataProduct& product) {
  const Operand &lhs = product.lhs, &rhs = product.rhs, &dst = product.dst;
  const MatrixBatch batch(lhs, rhs, dst);
  const auto& addend = product.addend;
  ASSAY_CHECK(!addend || product.TakesAddend(*addend));
  const bool of_rows = addend && addend->shape.rank() == 2 && addend->shape[0] > 1;
  const int64_t row_stride = RowStride(rhs), column_stride = rhs.strides.back();
  const gemm::PanelSpec spec{.batch = batch.elements(),
                             .m = batch.m(),
                             .n = product.n(),
                             .k = product.k(),
                             .lhs_stride = RowStride(lhs),
                             .dst_stride = RowStride(dst),
                             .residual_stride = of_rows ? RowStride(*addend) : 0,
                             .dense_rhs = column_stride == 1 && row_stride == product.n()};
  auto made = PanelProduct::Make(spec, product.stage, lowerer.kernel_options());
  if (!made.ok()) return NodeError(node, "{}", made.message());
  const auto kernel = std::make_shared<const PanelProduct>(*std::move(made));
  const Operand workspace = lowerer.Scratch(
      DType::kU8, {static_cast<int64_t>(kernel->workspace_bytes(lowerer.threads()))});
  std::vector<Operand> reads = {lhs, rhs};
  if (addend) reads.push_back(*addend);
  auto added =
      lowerer.Add(node, reads, {dst},
                  [=, addend = addend, usable = lowerer.usable()](const Frame& frame) -> Status {
                    const auto place = [&](int64_t i) {
                      const auto at = batch[i];
                      return PanelProduct::Element{
                          frame.At<const float>(lhs) + at.lhs, frame.At<float>(dst) + at.dst,
                          addend ? frame.At<const float>(*addend) : nullptr};
                    };
                    const auto pack = [&](const gemm::PanelRequest& request) {
                      const float* matrix = frame.At<const float>(rhs) + batch[request.batch].rhs;
                      return gemm::PackPanel({matrix, row_stride, column_stride}, request, usable);
                    };
                    kernel->Run(place, pack, frame.Raw(workspace), *frame.pool);
                    return {};
                  });
  added.step.writes.push_back(workspace.buffer);
  added.info.variant = kernel->variant();
  added.info.macs = dst.elements() * product.k();
  return {};
}

Operand WithContiguousRows(const Node& node, Lowerer& lowerer, const Operand& operand) {
  if (operand.strides.back() == 1 || operand.shape.dims().back() == 1) return operand;
  const Operand copy = lowerer.Scratch(operand.dtype, operand.shape);
  lowerer.Copy(node, "Layout", operand, copy);
  return copy;
}

}  // namespace assay::engine
