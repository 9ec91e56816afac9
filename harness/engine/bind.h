// Bind: gives every input of a graph its shape.
#pragma once

#include "harness/engine/inference.h"
#include "harness/engine/plan.h"

namespace assay::engine {

// Types of the inputs. Error: an extent that stays open, contradicts the model, or one symbol with
// two values; a name in options.input_shapes that is no input.
Result<Types> BindInputs(const Graph& graph, const PlanOptions& options);

}  // namespace assay::engine
