#include "harness/engine/integer_operands.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/rows.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) { return inference.Set(0, DType::kU8, inference.shape(0)); }

elementwise::AddU8Params ParamsOf(const Node& node) {
  const QuantParams a = InputParams(node, 0), b = InputParams(node, 1), sum = ResultParams(node);
  return {.a_zero_point = a.zero_point,
          .b_zero_point = b.zero_point,
          .a_ratio = a.scale / sum.scale,
          .b_ratio = b.scale / sum.scale,
          .zero_point = sum.zero_point,
          .lo = static_cast<uint8_t>(node.Int("q_lo", 0)),
          .hi = static_cast<uint8_t>(node.Int("q_hi", 255))};
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const bool image =
      lowerer.Get(node.input(0)).ChannelsLast() || lowerer.Get(node.input(1)).ChannelsLast();
  const Order order = image ? Order::kImage : Order::kDense;
  const Operand a = lowerer.In(order, node.input(0)), b = lowerer.In(order, node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], order);
  const elementwise::Rows rows = RowsOf(a, &b, dst);
  auto added = lowerer.Add(
      node, {a, b}, {dst},
      [=, params = ParamsOf(node), usable = lowerer.usable()](const Frame& frame) -> Status {
        elementwise::AddU8(rows, params, frame.At<const uint8_t>(a), frame.At<const uint8_t>(b),
                           frame.At<uint8_t>(dst), *frame.pool, usable);
        return {};
      });
  added.info.int8 = true;
  added.MayOverwrite(dst, a, lowerer);
  added.MayOverwrite(dst, b, lowerer);
  return {};
}

}  // namespace

extern const Lowering q_add;
const Lowering q_add = {.op_type = "QAdd",
                        .domain = kFusedDomain,
                        .infer = Infer,
                        .lower = Lower,
                        .per_image = BroadcastsImages};

}  // namespace assay::engine
