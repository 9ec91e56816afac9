// Scales and zero points that are inputs of their own, as QLinearX and XInteger operators have.
#pragma once

#include <vector>

#include "harness/engine/inference.h"
#include "harness/engine/lowerer.h"

namespace assay::engine {

// Error unless input `scale`, and input `zero_point` where it is present, are constant and of one
// element, or of `channels` where that is not 0. The zero point is of type `dtype`; a scale must be
// positive and finite. `scale` may be kNoScale.
inline constexpr size_t kNoScale = ~size_t{0};
Status CheckQuantized(const Inference& inference, size_t scale, size_t zero_point, DType dtype,
                      int64_t channels);

// Of a checked node: one, or one per channel.
std::vector<float> ScalesOf(const Node& node, const Lowerer& lowerer, size_t scale);
// 0 where it is absent.
std::vector<int32_t> ZeroPointsOf(const Node& node, const Lowerer& lowerer, size_t zero_point);

}  // namespace assay::engine
