#include "harness/engine/pointwise.h"

#include "harness/engine/rows.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {

Status InferPointwise(Inference& inference, std::initializer_list<DType> allowed) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, allowed));
  return inference.Set(0, inference.dtype(0), inference.shape(0));
}

Order ElementwiseOrder(Lowerer& lowerer, const std::string& value) {
  return lowerer.Get(value).ChannelsLast() ? Order::kImage : Order::kDense;
}

Status LowerClamp(const Node& node, Lowerer& lowerer, float lo, float hi) {
  const Order order = ElementwiseOrder(lowerer, node.input(0));
  const Operand src = lowerer.In(order, node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], order);
  const elementwise::Rows rows = RowsOf(src, nullptr, dst);
  auto added =
      lowerer.Add(node, {src}, {dst}, [=, usable = lowerer.usable()](const Frame& frame) -> Status {
        elementwise::ClampF32(rows, frame.At<const float>(src), frame.At<float>(dst), lo, hi,
                              *frame.pool, usable);
        return {};
      });
  added.MayOverwrite(dst, src, lowerer);
  return {};
}

}  // namespace assay::engine
