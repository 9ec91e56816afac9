#include "harness/engine/clip.h"

#include <algorithm>
#include <limits>

#include "harness/engine/pointwise.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kNumbers));
  for (size_t i = 1; i < 3; ++i) {
    if (!inference.has(i)) continue;
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {inference.dtype(0)}));
    if (inference.shape(i).elements() != 1) {
      return inference.Error("bound '{}' has shape {}, a scalar is expected",
                             inference.node().input(i), inference.shape(i).ToString());
    }
    if (inference.constant(i) == nullptr) {
      return inference.Error("bound '{}' depends on data", inference.node().input(i));
    }
  }
  return inference.Set(0, inference.dtype(0), inference.shape(0));
}

template <typename T>
Status LowerAs(const Node& node, Lowerer& lowerer) {
  T lo = std::numeric_limits<T>::lowest(), hi = std::numeric_limits<T>::max();
  if (node.has_input(1)) lo = lowerer.constant(node.input(1))->as<T>()[0];
  if (node.has_input(2)) hi = lowerer.constant(node.input(2))->as<T>()[0];
  return LowerMap<T, T>(node, lowerer, [=](T x) { return std::min(std::max(x, lo), hi); });
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const DType dtype = lowerer.type(node.input(0)).dtype;
  if (dtype != DType::kF32) {
    return WithNumber(dtype, [&]<typename T>(T) { return LowerAs<T>(node, lowerer); });
  }
  const Bounds bounds = ClipBounds(node, [&](const std::string& v) { return lowerer.constant(v); });
  return LowerClamp(node, lowerer, bounds.lo, bounds.hi);
}

}  // namespace

extern const Lowering clip;
const Lowering clip = {.op_type = "Clip", .infer = Infer, .lower = Lower, .pointwise = true};

}  // namespace assay::engine
