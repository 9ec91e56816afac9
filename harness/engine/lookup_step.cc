#include "harness/engine/lookup_step.h"

#include "harness/engine/loop_nest.h"
#include "harness/engine/rows.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {
namespace {

StepBody RowsBody(const LookupTable& table, const Operand& src, const Operand& dst, IsaSet usable) {
  const elementwise::Rows rows = RowsOf(src, nullptr, dst);
  return [=](const Frame& frame) -> Status {
    elementwise::LookupU8(rows, table.data(), frame.At<const uint8_t>(src), frame.At<uint8_t>(dst),
                          *frame.pool, usable);
    return {};
  };
}

StepBody StridedBody(const LookupTable& table, const Operand& src, const Operand& dst) {
  const LoopNest<2> nest(dst.shape, {dst.strides, src.strides});
  return [=](const Frame& frame) -> Status {
    const auto* from = frame.At<const uint8_t>(src);
    auto* to = frame.At<uint8_t>(dst);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        to[at[0] + i * steps[0]] = table[from[at[1] + i * steps[1]]];
      }
    });
    return {};
  };
}

}  // namespace

LookupTable SignFlips() {
  LookupTable table;
  for (size_t code = 0; code < table.size(); ++code)
    table[code] = static_cast<uint8_t>(code ^ 0x80);
  return table;
}

Lowerer::Added AddLookup(const Node& node, Lowerer& lowerer, const LookupTable& table,
                         const Operand& src, const Operand& dst) {
  lowerer.CountPackedBytes(table.size());
  const bool rows =
      (src.IsDense() && dst.IsDense()) || (src.PixelStride() > 0 && dst.PixelStride() > 0);
  auto added = lowerer.Add(
      node, {src}, {dst},
      rows ? RowsBody(table, src, dst, lowerer.usable()) : StridedBody(table, src, dst));
  added.info.int8 = true;
  return added;
}

}  // namespace assay::engine
