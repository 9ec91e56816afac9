#include <limits>

#include "harness/engine/pointwise.h"

namespace assay::engine {
namespace {

Status Lower(const Node& node, Lowerer& lowerer) {
  if (lowerer.type(node.input(0)).dtype == DType::kF32) {
    return LowerClamp(node, lowerer, 0.0f, std::numeric_limits<float>::infinity());
  }
  return LowerNumber(node, lowerer, []<typename T>(T x) { return x < T{0} ? T{0} : x; });
}

}  // namespace

extern const Lowering relu;
const Lowering relu = {
    .op_type = "Relu",
    .infer = [](Inference& inference) { return InferPointwise(inference, kNumbers); },
    .lower = Lower,
    .pointwise = true};

}  // namespace assay::engine
