// Infer: the types of all values, and the values that do not depend on the inputs.
#pragma once

#include "harness/engine/budget.h"
#include "harness/engine/inference.h"
#include "harness/engine/plan.h"
#include "harness/graph/graph.h"

namespace assay::engine {

enum class Folding {
  kAll,
  kKeepQuantized,  // DequantizeLinear of a constant stays, for fusion to recognize.
};

// Replaces every node whose outputs are known before the run by initializers, and returns the types
// of all values. `types`: of the graph's inputs. What the new constants cost is taken from
// `budget`. Error: as Plan::Build, except for binding.
Result<Types> InferAndFold(Graph& graph, Types types, Folding folding, Budget& budget);

}  // namespace assay::engine
