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
  // What packed weights and tables may take. Every node packs its own, also where many share a
  // constant, so that a small file could ask for any memory.
  int64_t packed_bytes = 0;
};

// PlanOptions::constant_bytes and 16 times the graph's own constants, be it computed constants or
// packed weights; 64 times as much work. To be asked of a graph as it was imported: what passes
// have made of its constants justifies nothing.
Budget BudgetFor(const Graph& graph, const PlanOptions& options);

}  // namespace assay::engine
