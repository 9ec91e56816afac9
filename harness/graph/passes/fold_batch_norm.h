#pragma once

#include <cstdint>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay {

// Folds each BatchNormalization that alone reads the output of a Conv into the weights and bias of
// that Conv, where all of their parameters are constant:
//   y = scale * (conv(x, w) + b - mean) / sqrt(variance + epsilon) + bias.
// The Conv keeps its name and takes over the output. Other BatchNormalizations stay, those whose
// factor is not finite included, and those whose Conv has weights that others read too once more than
// `copied_bytes` of them have been copied. Run RemoveIdentity before, since a parameter behind an
// Identity is not constant.
Status FoldBatchNorm(Graph& graph, int64_t copied_bytes = int64_t{256} << 20);

}  // namespace assay
