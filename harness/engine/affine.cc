#include "harness/engine/affine.h"

namespace assay::engine {

Affine AffineOf(const Node& node, int rank, DType integers, ConstantOf constant) {
  Affine affine;
  affine.dtype = integers;
  const auto scales = constant(node.input(1))->as<float>();
  affine.scales.assign(scales.begin(), scales.end());
  affine.zero_points.assign(scales.size(), 0);
  const int64_t axis = node.Int("axis", 1);
  affine.axis = static_cast<int>(axis < 0 ? axis + rank : axis);
  if (!node.has_input(2)) return affine;
  const Tensor& zero_points = *constant(node.input(2));
  for (size_t i = 0; i < scales.size(); ++i) {
    if (integers == DType::kU8) affine.zero_points[i] = zero_points.as<uint8_t>()[i];
    if (integers == DType::kI8) affine.zero_points[i] = zero_points.as<int8_t>()[i];
    if (integers == DType::kI32) affine.zero_points[i] = zero_points.as<int32_t>()[i];
  }
  return affine;
}

Status CheckAffine(const Inference& inference, DType integers) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, {DType::kF32}));
  if (inference.constant(1) == nullptr) return inference.Error("the scale depends on data");
  const Shape& scale = inference.shape(1);
  if (scale.rank() > 1 || scale.elements() == 0) {
    return inference.Error("scale has shape {}, a scalar or one axis is expected",
                           scale.ToString());
  }
  if (scale.elements() > 1) {
    const Shape& shape = inference.shape(0);
    ASSAY_ASSIGN_OR_RETURN(const int axis,
                           Axis(inference.node(), inference.node().Int("axis", 1), shape.rank()));
    if (shape[axis] != scale[0]) {
      return inference.Error("{} scales do not fit axis {} of {}", scale[0], axis,
                             shape.ToString());
    }
  }
  if (!inference.has(2)) return {};
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(2, {integers}));
  if (inference.constant(2) == nullptr) return inference.Error("the zero point depends on data");
  if (inference.shape(2).elements() != scale.elements()) {
    return inference.Error("{} zero points for {} scales", inference.shape(2).elements(),
                           scale.elements());
  }
  return {};
}

}  // namespace assay::engine
