// Reshaping: what operators share whose output is the input's elements in the same order.
#pragma once

#include "harness/engine/lowering.h"

namespace assay::engine {

// The output is a view of the dense input.
Status LowerReshaping(const Node& node, Lowerer& lowerer);

// Sets the output to the input's type in another shape. Error: another number of elements.
Status SetReshaped(Inference& inference, std::vector<int64_t> dims);

// The axes that a constant input lists, ascending, in [0, rank). Error: outside, or repeated.
Result<std::vector<int>> AxesInput(const Inference& inference, size_t input, int rank);

}  // namespace assay::engine
