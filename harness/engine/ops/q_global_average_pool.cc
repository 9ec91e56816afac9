#include "harness/engine/integer_pooling.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) { return InferGlobalPool(inference, DType::kU8); }

Status Lower(const Node& node, Lowerer& lowerer) {
  return AddIntegerAverage(node, lowerer, GlobalPoolingOf(node, lowerer));
}

}  // namespace

extern const Lowering q_global_average_pool;
const Lowering q_global_average_pool = {.op_type = "QGlobalAveragePool",
                                        .domain = kFusedDomain,
                                        .infer = Infer,
                                        .lower = Lower,
                                        .image = true,
                                        .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
