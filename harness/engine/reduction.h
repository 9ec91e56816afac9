// The axes that operators reduce.
#pragma once

#include <vector>

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"

namespace assay::engine {

// The axes given by index from either end; all where there are none. By axis: whether it is among
// them. Error: one outside the rank.
Result<std::vector<bool>> ReducedAxes(const Node& node, const std::vector<int64_t>& axes, int rank);

// `shape` with the reduced axes 1, or without them.
std::vector<int64_t> ReducedDims(const Shape& shape, const std::vector<bool>& reduced, bool keep);

// What a reduction of `src` to `dst` visits: `over` the elements of the result, and `within` those
// of the source that each of them stands for.
struct ReductionNest {
  LoopNest<2> over;  // Result, source.
  LoopNest<1> within;
  int64_t count;  // Elements that one result stands for.
};
ReductionNest NestOf(const Operand& src, const Operand& dst, const std::vector<bool>& reduced);

}  // namespace assay::engine
