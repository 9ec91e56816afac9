#include "harness/engine/integer_pooling.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) { return InferPool(inference, DType::kU8); }

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const Pooling pooling, PoolingOf(node, lowerer));
  return AddIntegerAverage(node, lowerer, pooling);
}

}  // namespace

extern const Lowering q_average_pool;
const Lowering q_average_pool = {.op_type = "QAveragePool",
                                 .domain = kFusedDomain,
                                 .infer = Infer,
                                 .lower = Lower,
                                 .image = true,
                                 .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
