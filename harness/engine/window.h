// Window: the geometry of convolution and pooling, from a node's attributes.
#pragma once

#include <vector>

#include "harness/engine/inference.h"
#include "harness/graph/graph.h"
#include "kernels/base/shape.h"
#include "kernels/base/status.h"
#include "kernels/conv/spec.h"

namespace assay::engine {

// One spatial axis: windows of `kernel` elements, `dilation` apart, start every `stride`.
struct WindowAxis {
  int64_t image = 1, kernel = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0;
  int64_t outputs = 1;

  int64_t span() const { return dilation * (kernel - 1) + 1; }
};

// `image`: [n, c, ...]; `kernel`: an extent for each axis behind those two. Error, by node:
// attributes of another number of axes or out of range, negative pads, a kernel that does not fit
// the padded image.
Result<std::vector<WindowAxis>> WindowAxesOf(const Node& node, const Shape& image,
                                             const std::vector<int64_t>& kernel);

struct SlidingWindow {
  ConvSpec spec;           // Of the image, kernel, strides, dilations, pads; one group, dense.
  int64_t oh = 0, ow = 0;  // With ceil_mode, as ONNX counts.
};

// The same for images: [n, c, h, w], or [n, c, w], which is one line.
Result<SlidingWindow> WindowOf(const Node& node, const Shape& image,
                               const std::vector<int64_t>& kernel);
// The kernel of a pooling node: its attribute kernel_shape, a positive extent for each axis.
Result<std::vector<int64_t>> KernelShape(const Node& node, int spatial_rank);
// [n, c, outputs...].
std::vector<int64_t> OutputDims(int64_t n, int64_t c, const std::vector<WindowAxis>& axes);

}  // namespace assay::engine
