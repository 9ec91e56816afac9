// Line: operators that work along one axis of a dense value, [outer][count][inner].
#pragma once

#include <vector>

#include "harness/engine/lowering.h"

namespace assay::engine {

struct Lines {
  int64_t outer = 1, count = 1, inner = 1;

  int64_t lines() const { return outer * inner; }
  // Elements from the start of the value to that of a line; its elements are `inner` apart.
  int64_t StartOf(int64_t line) const { return line / inner * count * inner + line % inner; }
};

// `axis` may be counted from the end.
inline Lines LinesOf(const Shape& shape, int64_t axis) {
  const auto at = static_cast<int>(axis < 0 ? axis + shape.rank() : axis);
  return {shape.elements(0, at), shape[at], shape.elements(at + 1, shape.rank())};
}

}  // namespace assay::engine
