#include "harness/engine/rows.h"

#include "kernels/base/check.h"

namespace assay::engine {

elementwise::Rows PixelRows(const Operand& src, const Operand& dst) {
  const Shape& shape = dst.shape;
  return {.rows = shape[0] * shape[2] * shape[3],
          .count = shape[1],
          .src_stride = src.PixelStride(),
          .other_stride = 0,
          .dst_stride = dst.PixelStride()};
}

elementwise::Rows RowsOf(const Operand& src, const Operand* other, const Operand& dst) {
  const bool dense = src.IsDense() && dst.IsDense() && (other == nullptr || other->IsDense());
  if (dense) return {.rows = 1, .count = dst.elements()};
  elementwise::Rows rows = PixelRows(src, dst);
  if (other != nullptr) rows.other_stride = other->PixelStride();
  const int64_t c = rows.count;
  ASSAY_CHECK(rows.src_stride >= c && rows.dst_stride >= c);
  ASSAY_CHECK(other == nullptr || rows.other_stride >= c);
  const bool gaps =
      rows.src_stride != c || rows.dst_stride != c || (other != nullptr && rows.other_stride != c);
  if (!gaps) return {.rows = 1, .count = dst.elements()};
  return rows;
}

}  // namespace assay::engine
