#include "harness/engine/reduction.h"

namespace assay::engine {

Result<std::vector<bool>> ReducedAxes(const Node& node, const std::vector<int64_t>& axes,
                                      int rank) {
  std::vector<bool> reduced(static_cast<size_t>(rank), axes.empty());
  for (int64_t axis : axes) {
    ASSAY_ASSIGN_OR_RETURN(const int resolved, Axis(node, axis, rank));
    reduced[static_cast<size_t>(resolved)] = true;
  }
  return reduced;
}

std::vector<int64_t> ReducedDims(const Shape& shape, const std::vector<bool>& reduced, bool keep) {
  std::vector<int64_t> dims;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool gone = reduced[static_cast<size_t>(axis)];
    if (!gone || keep) dims.push_back(gone ? 1 : shape[axis]);
  }
  return dims;
}

ReductionNest NestOf(const Operand& src, const Operand& dst, const std::vector<bool>& reduced) {
  // The axes that stay, as the result's; and those over which each element goes.
  Shape kept = src.shape, within = src.shape;
  for (int axis = 0; axis < src.shape.rank(); ++axis) {
    (reduced[static_cast<size_t>(axis)] ? kept : within)[axis] = 1;
  }
  const Operand result = dst.Reshaped(kept);
  return {.over = LoopNest<2>(kept, {result.strides, src.strides}),
          .within = LoopNest<1>(within, {src.strides}),
          .count = within.elements()};
}

}  // namespace assay::engine
