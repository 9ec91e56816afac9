// Window: the geometry of convolution and pooling, from a node's attributes.
#pragma once

#include <vector>

#include "harness/engine/inference.h"
#include "harness/graph/graph.h"
#include "kernels/base/shape.h"
#include "kernels/base/status.h"
#include "kernels/conv/spec.h"

namespace assay::engine {

struct SlidingWindow {
  ConvSpec spec;           // Of the image, kernel, strides, dilations, pads; one group, dense.
  int64_t oh = 0, ow = 0;  // With ceil_mode, as ONNX counts.
};

// `image`: [n, c, h, w]; `kernel`: {kh, kw}. Error, by node: attributes of another number of axes
// or out of range, negative pads, a kernel that does not fit the padded image.
Result<SlidingWindow> WindowOf(const Node& node, const Shape& image,
                               const std::vector<int64_t>& kernel);
// The kernel of a pooling node: its attribute kernel_shape, two positive extents.
Result<std::vector<int64_t>> KernelShape(const Node& node);

}  // namespace assay::engine
