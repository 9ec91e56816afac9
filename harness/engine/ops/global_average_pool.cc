#include "harness/engine/lowering.h"
#include "harness/engine/pooling.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  return InferGlobalPool(inference, DType::kF32);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Pooling pooling = GlobalPoolingOf(node, lowerer);
  lowerer.Add(node, {pooling.src}, {pooling.dst},
              [pooling, usable = lowerer.usable()](const Frame& frame) -> Status {
                pool::AverageF32(pooling.window, frame.At<const float>(pooling.src),
                                 frame.At<float>(pooling.dst), *frame.pool, usable);
                return {};
              });
  return {};
}

}  // namespace

extern const Lowering global_average_pool;
const Lowering global_average_pool = {
    .op_type = "GlobalAveragePool", .infer = Infer, .lower = Lower, .image = true};

}  // namespace assay::engine
