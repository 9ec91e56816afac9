// How far the outputs of one model are from those of another.
#pragma once

#include <span>
#include <string>

#include "kernels/base/tensor.h"

namespace assay::compare {

// "equal"; "within 1.2e-06 of the largest"; "3 of 1000 differ" for integers, and floats that are
// not finite; "other outputs" where number, types or shapes differ. A word on each, the worst
// output counting.
std::string OutputDifference(std::span<const Tensor> reference, std::span<const Tensor> others);

}  // namespace assay::compare
