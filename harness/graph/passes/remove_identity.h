#pragma once

#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay {

// Removes Identity nodes: their consumers read what the Identity read. Names of graph inputs and
// outputs stay, so an Identity between two of them remains.
Status RemoveIdentity(Graph& graph);

}  // namespace assay
