#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(3, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kBool}));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(2, {inference.dtype(1)}));
  ASSAY_ASSIGN_OR_RETURN(const Shape choices,
                         BroadcastShape(inference.node(), inference.shape(1), inference.shape(2)));
  ASSAY_ASSIGN_OR_RETURN(const Shape shape,
                         BroadcastShape(inference.node(), inference.shape(0), choices));
  return inference.Set(0, inference.dtype(1), shape);
}

// Elements are only moved, so that their size tells enough.
Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand condition = lowerer.Get(node.input(0));
  const Operand yes = lowerer.Get(node.input(1)), no = lowerer.Get(node.input(2));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const LoopNest<4> nest(dst.shape,
                         {dst.strides, condition.BroadcastStrides(dst.shape),
                          yes.BroadcastStrides(dst.shape), no.BroadcastStrides(dst.shape)});
  WithBits(dst.dtype, [&]<typename T>(T) {
    lowerer.Add(node, {condition, yes, no}, {dst}, [=](const Frame& frame) -> Status {
      T* to = frame.At<T>(dst);
      const bool* choice = frame.At<const bool>(condition);
      const T *a = frame.At<const T>(yes), *b = frame.At<const T>(no);
      const auto steps = nest.steps();
      nest.Run(*frame.pool, [&](const auto& at) {
        for (int64_t i = 0; i < nest.inner(); ++i) {
          to[at[0] + i * steps[0]] =
              choice[at[1] + i * steps[1]] ? a[at[2] + i * steps[2]] : b[at[3] + i * steps[3]];
        }
      });
      return {};
    });
  });
  return {};
}

}  // namespace

extern const Lowering where;
const Lowering where = {
    .op_type = "Where", .infer = Infer, .lower = Lower, .per_image = BroadcastsImages};

}  // namespace assay::engine
