#include "harness/engine/window.h"

#include <algorithm>

namespace assay::engine {
namespace {

constexpr int64_t kLargest = int64_t{1} << 30;  // Keeps every sum of them well inside int64_t.

Result<std::vector<int64_t>> Values(const Node& node, const char* name, size_t count,
                                    int64_t lowest, int64_t fallback) {
  std::vector<int64_t> values = node.Ints(name, std::vector<int64_t>(count, fallback));
  if (values.size() != count) {
    return NodeError(node, "{} has {} values, {} are expected", name, values.size(), count);
  }
  for (int64_t value : values) {
    if (value < lowest || value > kLargest) {
      return NodeError(node, "{} has the value {}, allowed: {} to {}", name, value, lowest,
                       kLargest);
    }
  }
  return values;
}

// One axis of the geometry.
struct Reach {
  int64_t image, kernel, stride, dilation, pad_begin, pad_end;

  int64_t span() const { return dilation * (kernel - 1) + 1; }

  // auto_pad SAME: as many outputs as image / stride, rounded up.
  void PadSame(bool upper) {
    const int64_t outputs = (image + stride - 1) / stride;
    const int64_t pad = std::max<int64_t>(0, (outputs - 1) * stride + span() - image);
    pad_begin = upper ? pad / 2 : pad - pad / 2;
    pad_end = pad - pad_begin;
  }

  int64_t Outputs(bool ceil) const {
    const int64_t room = image + pad_begin + pad_end - span();
    int64_t outputs = (room + (ceil ? stride - 1 : 0)) / stride + 1;
    // A window that would start in the padding at the end does not count.
    if (ceil && (outputs - 1) * stride >= image + pad_begin) --outputs;
    return outputs;
  }
};

Status ApplyAutoPad(const Node& node, Reach& y, Reach& x) {
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad == "NOTSET") return {};
  if (auto_pad == "VALID") {
    y.pad_begin = y.pad_end = x.pad_begin = x.pad_end = 0;
    return {};
  }
  if (auto_pad != "SAME_UPPER" && auto_pad != "SAME_LOWER") {
    return NodeError(node, "auto_pad is '{}', allowed: NOTSET, VALID, SAME_UPPER, SAME_LOWER",
                     auto_pad);
  }
  y.PadSame(auto_pad == "SAME_UPPER");
  x.PadSame(auto_pad == "SAME_UPPER");
  return {};
}

}  // namespace

Result<SlidingWindow> WindowOf(const Node& node, const Shape& image,
                               const std::vector<int64_t>& kernel) {
  ASSAY_ASSIGN_OR_RETURN(const auto strides, Values(node, "strides", 2, 1, 1));
  ASSAY_ASSIGN_OR_RETURN(const auto dilations, Values(node, "dilations", 2, 1, 1));
  ASSAY_ASSIGN_OR_RETURN(const auto pads, Values(node, "pads", 4, 0, 0));
  for (int64_t extent : {image[2], image[3], kernel[0], kernel[1]}) {
    if (extent > kLargest) return NodeError(node, "extent {} is too large", extent);
  }
  Reach y{image[2], kernel[0], strides[0], dilations[0], pads[0], pads[2]};
  Reach x{image[3], kernel[1], strides[1], dilations[1], pads[1], pads[3]};
  ASSAY_RETURN_IF_ERROR(ApplyAutoPad(node, y, x));
  if (y.span() > y.image + y.pad_begin + y.pad_end ||
      x.span() > x.image + x.pad_begin + x.pad_end) {
    return NodeError(node, "a kernel that spans {} x {} does not fit the image {} x {} with pads",
                     y.span(), x.span(), y.image, x.image);
  }
  const bool ceil = node.Int("ceil_mode", 0) != 0;
  SlidingWindow window;
  window.spec = {.n = image[0],
                 .h = image[2],
                 .w = image[3],
                 .c = image[1],
                 .oc = image[1],
                 .kh = y.kernel,
                 .kw = x.kernel,
                 .stride_h = y.stride,
                 .stride_w = x.stride,
                 .dilation_h = y.dilation,
                 .dilation_w = x.dilation,
                 .pad_top = y.pad_begin,
                 .pad_left = x.pad_begin,
                 .pad_bottom = y.pad_end,
                 .pad_right = x.pad_end};
  window.oh = y.Outputs(ceil);
  window.ow = x.Outputs(ceil);
  return window;
}

Result<std::vector<int64_t>> KernelShape(const Node& node) {
  if (!node.Has("kernel_shape")) return NodeError(node, "kernel_shape is missing");
  return Values(node, "kernel_shape", 2, 1, 1);
}

}  // namespace assay::engine
