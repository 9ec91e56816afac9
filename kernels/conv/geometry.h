// What a convolution must satisfy, for the families that take a ConvSpec.
#pragma once

#include "kernels/base/status.h"
#include "kernels/conv/spec.h"

namespace assay::conv {

// Error: an extent, stride or dilation that is not positive, negative padding, groups that do not
// divide the channels, a kernel larger than the padded image, a pixel stride below its channels, or
// more elements than Shape::kMaxElements.
Status CheckGeometry(const ConvSpec& spec);

}  // namespace assay::conv
