#include "harness/engine/lowering.h"
#include "harness/engine/pooling.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  for (int64_t dilation : inference.node().Ints("dilations")) {
    if (dilation != 1) return inference.Error("dilation {} is not supported", dilation);
  }
  return InferPool(inference, DType::kF32);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const Pooling pooling, PoolingOf(node, lowerer));
  lowerer.Add(node, {pooling.src}, {pooling.dst},
              [pooling, usable = lowerer.usable()](const Frame& frame) -> Status {
                pool::AverageF32(pooling.window, frame.At<const float>(pooling.src),
                                 frame.At<float>(pooling.dst), *frame.pool, usable);
                return {};
              });
  return {};
}

}  // namespace

extern const Lowering average_pool;
const Lowering average_pool = {
    .op_type = "AveragePool", .infer = Infer, .lower = Lower, .image = true};

}  // namespace assay::engine
