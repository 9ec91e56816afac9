// Budget: what building a plan may cost, so that no small file can ask for a huge machine.
#pragma once

#include <cstdint>

#include "harness/engine/plan.h"
#include "harness/graph/graph.h"

namespace assay::engine {

struct Budget {
  int64_t value_bytes = 0;     // The most that one value may have.
  int64_t constant_bytes = 0;  // Left for constants that are computed from others.
  double work = 0;             // Left for computing them: elements read or written, and operations.
};

// PlanOptions::constant_bytes and 16 times the graph's own constants; 64 times as much work.
Budget BudgetFor(const Graph& graph, const PlanOptions& options);

}  // namespace assay::engine
