// `--input NAME=FILE`: tensors from files, by input name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::cli {

// FILE is NumPy's .npy or a serialized TensorProto (.pb). Without "NAME=" the only input is meant.
// Error: a name the model does not have, with those it has; one given twice; a file that is not so.
Result<std::map<std::string, Tensor>> ReadInputs(const Graph& graph,
                                                 const std::vector<std::string>& arguments);

}  // namespace assay::cli
