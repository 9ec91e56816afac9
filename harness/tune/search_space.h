// What a search may decide about a model: its operators, narrowed by what the configuration says of
// them.
#pragma once

#include "harness/graph/graph.h"
#include "harness/quantize/config.h"
#include "harness/tune/config.h"
#include "kernels/base/status.h"

namespace assay::tune {

// Rules of optype_wise and op_wise apply in the order of `config.rules`; first and last
// convolutions or products as the recipes of that name say. Error: a rule that fits no operator, or
// leaves one no choice; nothing is left to quantize.
Result<quantize::SearchSpace> MakeSearchSpace(const Graph& graph, const QuantizationConfig& config);

}  // namespace assay::tune
