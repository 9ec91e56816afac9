// Evaluate: runs one node on constants, by the same steps as in a session.
#pragma once

#include <vector>

#include "harness/engine/budget.h"
#include "harness/engine/inference.h"
#include "harness/graph/graph.h"

namespace assay::engine {

// The outputs of `node`, all of whose inputs are initializers of `graph`. `types` knows inputs and
// outputs. An absent output is an empty tensor. The work is taken from `budget`. Error: more work than
// is left, or the node fails on these values.
Result<std::vector<Tensor>> Evaluate(const Node& node, const Graph& graph, const Types& types,
                                     Budget& budget);

}  // namespace assay::engine
