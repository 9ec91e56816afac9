#include <cmath>

#include "harness/engine/pointwise.h"

namespace assay::engine {

extern const Lowering exp;
const Lowering exp = {
    .op_type = "Exp",
    .infer = InferPointwise,
    .lower =
        [](const Node& node, Lowerer& lowerer) {
          return LowerPointwise(node, lowerer, [](float x) { return std::exp(x); });
        },
    .pointwise = true,
};

}  // namespace assay::engine
