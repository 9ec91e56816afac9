#include <cmath>

#include "harness/engine/pointwise.h"

namespace assay::engine {

extern const Lowering sqrt;
const Lowering sqrt = {
    .op_type = "Sqrt",
    .infer = InferPointwise,
    .lower =
        [](const Node& node, Lowerer& lowerer) {
          return LowerPointwise(node, lowerer, [](float x) { return std::sqrt(x); });
        },
    .pointwise = true,
};

}  // namespace assay::engine
