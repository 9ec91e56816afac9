#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"
#include "harness/engine/wrapping.h"

namespace assay::engine {

extern const Lowering mul;
const Lowering mul = {
    .op_type = "Mul",
    .infer = [](Inference& inference) { return InferBroadcast(inference, kNumbers); },
    .lower =
        [](const Node& node, Lowerer& lowerer) {
          return LowerBroadcast(node, lowerer, []<typename T>(T a, T b, T& result) {
            result = Wrapping<T>(a, b, [](auto x, auto y) { return x * y; });
            return true;
          });
        },
    .per_image = BroadcastsImages,
};

}  // namespace assay::engine
