#include "harness/engine/broadcast.h"
#include "harness/engine/convolution.h"
#include "harness/engine/per_image.h"
#include "harness/engine/pointwise.h"
#include "harness/engine/rows.h"
#include "harness/engine/wrapping.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {
namespace {

// Equal shapes: the vectorized kernel, with the clamp of a fused activation.
Status LowerSameShape(const Node& node, Lowerer& lowerer) {
  const bool image =
      lowerer.Get(node.input(0)).ChannelsLast() || lowerer.Get(node.input(1)).ChannelsLast();
  const Order order = image ? Order::kImage : Order::kDense;
  const Operand a = lowerer.In(order, node.input(0));
  const Operand b = lowerer.In(order, node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], order);
  const elementwise::Rows rows = RowsOf(a, &b, dst);
  const OutputStage stage = FloatStage(node);
  auto added = lowerer.Add(
      node, {a, b}, {dst},
      [=, lo = stage.lo, hi = stage.hi, usable = lowerer.usable()](const Frame& frame) -> Status {
        elementwise::AddF32(rows, frame.At<const float>(a), frame.At<const float>(b),
                            frame.At<float>(dst), lo, hi, *frame.pool, usable);
        return {};
      });
  added.MayOverwrite(dst, a, lowerer);
  added.MayOverwrite(dst, b, lowerer);
  return {};
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const bool same = lowerer.shape(node.input(0)) == lowerer.shape(node.input(1));
  if (same && lowerer.type(node.input(0)).dtype == DType::kF32) {
    return LowerSameShape(node, lowerer);
  }
  return LowerBroadcast(node, lowerer, []<typename T>(T a, T b, T& result) {
    result = Wrapping<T>(a, b, [](auto x, auto y) { return x + y; });
    return true;
  });
}

}  // namespace

extern const Lowering add;
const Lowering add = {
    .op_type = "Add",
    .infer = [](Inference& inference) { return InferBroadcast(inference, kNumbers); },
    .lower = Lower,
    .per_image = BroadcastsImages};

}  // namespace assay::engine
