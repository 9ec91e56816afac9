// The shape of a convolution as text.
#pragma once

#include <string>

#include "kernels/base/compute.h"
#include "kernels/conv/spec.h"

namespace assay::conv {

// As the catalog spells it: "conv:f32:1x28x28x128:128x3x3:s1:p1:g1". "" where it has no spelling:
// strides or paddings that differ, or a dilation.
std::string Spelling(const ConvSpec& spec, ComputeType type);

}  // namespace assay::conv
