#include <limits>

#include "harness/engine/pointwise.h"

namespace assay::engine {

extern const Lowering relu;
const Lowering relu = {
    .op_type = "Relu",
    .infer = InferPointwise,
    .lower =
        [](const Node& node, Lowerer& lowerer) {
          return LowerClamp(node, lowerer, 0.0f, std::numeric_limits<float>::infinity());
        },
    .pointwise = true,
};

}  // namespace assay::engine
