#include <cmath>

#include "harness/engine/pointwise.h"

namespace assay::engine {

extern const Lowering sigmoid;
const Lowering sigmoid = {
    .op_type = "Sigmoid",
    .infer = InferPointwise,
    .lower =
        [](const Node& node, Lowerer& lowerer) {
          return LowerPointwise(node, lowerer,
                                [](float x) { return 1.0f / (1.0f + std::exp(-x)); });
        },
    .pointwise = true,
};

}  // namespace assay::engine
