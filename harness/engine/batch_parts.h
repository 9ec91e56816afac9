// BatchParts: whether a batch is run part by part, each of a few images by one thread through the
// whole program, instead of step by step by all threads.
//
// Threads then wait for each other once per run instead of after every step, and what a step leaves
// for the next is small enough to stay in the caches. Results are the same bits: every operator
// vouches for itself (Lowering::per_image), and kernels are picked for the whole batch.
#pragma once

#include "harness/engine/inference.h"
#include "harness/engine/plan.h"
#include "harness/graph/graph.h"

namespace assay::engine {

struct BatchParts {
  int64_t count = 1;  // 1: the whole batch at once.
  Types types;        // Of all values, in one part.
};

// `types`: of the simplified graph, with its whole batch.
BatchParts PartsOf(const Graph& graph, Types types, const PlanOptions& options);

}  // namespace assay::engine
