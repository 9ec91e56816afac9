#include "harness/engine/convert.h"
#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/with_type.h"
#include "harness/graph/element_type.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  const int64_t to = inference.node().Int("to", 0);
  const std::optional<DType> dtype = FromElementType(to);
  if (!dtype) {
    return inference.Error("casting to {} is not supported, allowed: {}", ElementTypeName(to),
                           SupportedElementTypes());
  }
  return inference.Set(0, *dtype, inference.shape(0));
}

Status InferLike(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  return inference.Set(0, inference.dtype(1), inference.shape(0));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst =
      lowerer.New(node.outputs[0], src.ChannelsLast() ? Order::kImage : Order::kDense);
  const LoopNest<2> nest(dst.shape, {dst.strides, src.strides});
  WithType(src.dtype, [&]<typename From>(From) {
    WithType(dst.dtype, [&]<typename To>(To) {
      lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
        const From* from = frame.At<const From>(src);
        To* to = frame.At<To>(dst);
        const auto steps = nest.steps();
        nest.Run(*frame.pool, [&](const auto& at) {
          for (int64_t i = 0; i < nest.inner(); ++i) {
            to[at[0] + i * steps[0]] = Convert<To>(from[at[1] + i * steps[1]]);
          }
        });
        return {};
      });
    });
  });
  return {};
}

constexpr Lowering kMembers[] = {
    {.op_type = "Cast", .infer = Infer, .lower = Lower, .per_image = OnlyFirstIsBatch},
    {.op_type = "CastLike", .infer = InferLike, .lower = Lower}};

}  // namespace

extern const Lowering cast;
const Lowering cast = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
