#include "harness/engine/data_product.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "harness/engine/matrix_batch.h"
#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/gemm/panel_product.h"
#include "kernels/thin/variant.h"

namespace assay::engine {
namespace {

using gemm::PanelProduct;

constexpr int64_t kThinColumns = 512;  // Of a task.

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

bool AddsRows(const DataProduct& product) {
  const auto& addend = product.addend;
  return addend && addend->shape.rank() == 2 && addend->shape[0] > 1;
}

// Whether the matrix on the right is multiplied by as it lies: by few rows, or nothing at all.
bool IsThin(const DataProduct& product, const MatrixBatch& batch) {
  if (product.k() == 0 || product.n() == 0 || batch.elements() == 0) return true;
  return batch.m() <= thin::kMostRows && (product.rhs.strides.back() == 1 || product.n() == 1);
}

void AddThinProduct(const Node& node, Lowerer& lowerer, const DataProduct& product,
                    const MatrixBatch& batch) {
  const Operand &lhs = product.lhs, &rhs = product.rhs, &dst = product.dst;
  const thin::Variant& variant = thin::Pick(lowerer.usable());
  auto offsets = std::make_shared<std::vector<int64_t>>();
  for (int64_t p = 0; p < product.k(); ++p) offsets->push_back(p * RowStride(rhs));
  lowerer.CountPackedBytes(offsets->size() * sizeof(int64_t));
  const int64_t groups = CeilDiv(batch.m(), thin::kMostRows);
  const int64_t chunks = CeilDiv(product.n(), kThinColumns);
  const thin::Product all{.m = batch.m(),
                          .n = product.n(),
                          .k = product.k(),
                          .lhs = nullptr,
                          .lhs_stride = RowStride(lhs),
                          .rhs = nullptr,
                          .offsets = nullptr,
                          .addend_stride = AddsRows(product) ? RowStride(*product.addend) : 0,
                          .dst = nullptr,
                          .dst_stride = RowStride(dst),
                          .lo = product.stage.lo,
                          .hi = product.stage.hi};
  std::vector<Operand> reads = {lhs, rhs};
  if (product.addend) reads.push_back(*product.addend);
  auto added = lowerer.Add(
      node, reads, {dst},
      [=, &variant, addend = product.addend,
       offsets =
           std::shared_ptr<const std::vector<int64_t>>(offsets)](const Frame& frame) -> Status {
        const auto run = [&](int64_t task) {
          const int64_t column = task % chunks * kThinColumns;
          const int64_t row = task / chunks % groups * thin::kMostRows;
          const auto at = batch[task / (chunks * groups)];
          thin::Product part = all;
          part.m = std::min(thin::kMostRows, all.m - row);
          part.n = std::min(kThinColumns, all.n - column);
          part.lhs = frame.At<const float>(lhs) + at.lhs + row * all.lhs_stride;
          part.rhs = frame.At<const float>(rhs) + at.rhs + column;
          part.offsets = offsets->data();
          if (addend) {
            part.addend = frame.At<const float>(*addend) + row * all.addend_stride + column;
          }
          part.dst = frame.At<float>(dst) + at.dst + row * all.dst_stride + column;
          variant.f32(part);
        };
        const double cycles =  // Of a task, which reads the matrix from the second level.
            CyclesOfBytes(static_cast<double>(4 * all.k * std::min(all.n, kThinColumns))) + 50;
        Split(batch.elements() * groups * chunks, cycles, *frame.pool,
              [&](int64_t begin, int64_t end, int) {
                for (int64_t task = begin; task < end; ++task) run(task);
              });
        return {};
      });
  added.info.variant = variant.name;
  added.info.macs = dst.elements() * product.k();
}

}  // namespace

bool DataProduct::TakesAddend(const Operand& operand) const {
  const Shape& shape = operand.shape;
  const int rank = shape.rank();
  if (dst.shape.rank() != 2 || rank == 0 || shape[rank - 1] != n()) return false;
  return operand.strides.back() == 1 || n() == 1;
}

Status AddDataProduct(const Node& node, Lowerer& lowerer, const DataProduct& product) {
  const Operand &lhs = product.lhs, &rhs = product.rhs, &dst = product.dst;
  const MatrixBatch batch(lhs, rhs, dst);
  const auto& addend = product.addend;
  ASSAY_CHECK(!addend || product.TakesAddend(*addend));
  if (IsThin(product, batch)) {
    AddThinProduct(node, lowerer, product, batch);
    return {};
  }
  const int64_t row_stride = RowStride(rhs), column_stride = rhs.strides.back();
  const gemm::PanelSpec spec{.batch = batch.elements(),
                             .m = batch.m(),
                             .n = product.n(),
                             .k = product.k(),
                             .lhs_stride = RowStride(lhs),
                             .dst_stride = RowStride(dst),
                             .residual_stride = AddsRows(product) ? RowStride(*addend) : 0,
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
