// The attributes that convolution and pooling share: a window that slides over the spatial axes.
#pragma once

#include <optional>

#include "harness/onnx/operator.h"

namespace assay::onnx {

// Checks kernel_shape, strides, dilations, pads and auto_pad against each other and against
// `spatial_rank`, where that is known. Afterwards auto_pad is SAME_UPPER, SAME_LOWER (then without
// pads) or absent: VALID is no pads, and NOTSET the default.
Status CanonicalizeWindow(Node& node, std::optional<int> spatial_rank);

}  // namespace assay::onnx
