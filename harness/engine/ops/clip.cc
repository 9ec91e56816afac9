#include "harness/engine/clip.h"

#include "harness/engine/pointwise.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  for (size_t i = 1; i < 3; ++i) {
    if (!inference.has(i)) continue;
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
    if (inference.shape(i).elements() != 1) {
      return inference.Error("bound '{}' has shape {}, a scalar is expected",
                             inference.node().input(i), inference.shape(i).ToString());
    }
    if (inference.constant(i) == nullptr) {
      return inference.Error("bound '{}' depends on data", inference.node().input(i));
    }
  }
  return inference.Set(0, DType::kF32, inference.shape(0));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Bounds bounds = ClipBounds(node, [&](const std::string& v) { return lowerer.constant(v); });
  return LowerClamp(node, lowerer, bounds.lo, bounds.hi);
}

}  // namespace

extern const Lowering clip;
const Lowering clip = {.op_type = "Clip", .infer = Infer, .lower = Lower, .pointwise = true};

}  // namespace assay::engine
