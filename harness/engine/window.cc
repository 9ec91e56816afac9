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

// auto_pad SAME: as many outputs as image / stride, rounded up.
void PadSame(bool upper, WindowAxis& axis) {
  const int64_t outputs = (axis.image + axis.stride - 1) / axis.stride;
  const int64_t pad =
      std::max<int64_t>(0, (outputs - 1) * axis.stride + axis.span() - axis.image);
  axis.pad_begin = upper ? pad / 2 : pad - pad / 2;
  axis.pad_end = pad - axis.pad_begin;
}

int64_t CountOutputs(const WindowAxis& axis, bool ceil) {
  const int64_t room = axis.image + axis.pad_begin + axis.pad_end - axis.span();
  int64_t outputs = (room + (ceil ? axis.stride - 1 : 0)) / axis.stride + 1;
  // A window that would start in the padding at the end does not count.
  if (ceil && (outputs - 1) * axis.stride >= axis.image + axis.pad_begin) --outputs;
  return outputs;
}

Status ApplyAutoPad(const Node& node, std::vector<WindowAxis>& axes) {
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad == "NOTSET") return {};
  const bool upper = auto_pad == "SAME_UPPER";
  if (!upper && auto_pad != "SAME_LOWER" && auto_pad != "VALID") {
    return NodeError(node, "auto_pad is '{}', allowed: NOTSET, VALID, SAME_UPPER, SAME_LOWER",
                     auto_pad);
  }
  for (WindowAxis& axis : axes) {
    axis.pad_begin = axis.pad_end = 0;
    if (auto_pad != "VALID") PadSame(upper, axis);
  }
  return {};
}

}  // namespace

Result<std::vector<WindowAxis>> WindowAxesOf(const Node& node, const Shape& image,
                                             const std::vector<int64_t>& kernel) {
  const auto count = static_cast<size_t>(image.rank() - 2);
  if (kernel.size() != count) {
    return NodeError(node, "a kernel of {} axes for {}", kernel.size(), image.ToString());
  }
  const auto taps = Shape::Make(kernel);
  if (!taps.ok()) return NodeError(node, "the kernel's {}", taps.message());
  ASSAY_ASSIGN_OR_RETURN(const auto strides, Values(node, "strides", count, 1, 1));
  ASSAY_ASSIGN_OR_RETURN(const auto dilations, Values(node, "dilations", count, 1, 1));
  ASSAY_ASSIGN_OR_RETURN(const auto pads, Values(node, "pads", 2 * count, 0, 0));
  std::vector<WindowAxis> axes;
  for (size_t i = 0; i < count; ++i) {
    const int64_t extent = image[static_cast<int>(i) + 2];
    if (std::max(extent, kernel[i]) > kLargest) {
      return NodeError(node, "extent {} is too large", std::max(extent, kernel[i]));
    }
    axes.push_back({extent, kernel[i], strides[i], dilations[i], pads[i], pads[i + count]});
  }
  ASSAY_RETURN_IF_ERROR(ApplyAutoPad(node, axes));
  for (WindowAxis& axis : axes) {
    if (axis.span() > axis.image + axis.pad_begin + axis.pad_end) {
      return NodeError(node, "a kernel that spans {} does not fit the {} of an axis with pads",
                       axis.span(), axis.image);
    }
    axis.outputs = CountOutputs(axis, node.Int("ceil_mode", 0) != 0);
  }
  return axes;
}

Result<SlidingWindow> WindowOf(const Node& node, const Shape& image,
                               const std::vector<int64_t>& kernel) {
  ASSAY_ASSIGN_OR_RETURN(const auto axes, WindowAxesOf(node, image, kernel));
  const WindowAxis y = axes.size() == 1 ? WindowAxis() : axes[0], x = axes.back();
  SlidingWindow window;
  window.spec = {.n = image[0],
                 .h = y.image,
                 .w = x.image,
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
  window.oh = y.outputs;
  window.ow = x.outputs;
  return window;
}

Result<std::vector<int64_t>> KernelShape(const Node& node, int spatial_rank) {
  if (!node.Has("kernel_shape")) return NodeError(node, "kernel_shape is missing");
  return Values(node, "kernel_shape", static_cast<size_t>(spatial_rank), 1, 1);
}

std::vector<int64_t> OutputDims(int64_t n, int64_t c, const std::vector<WindowAxis>& axes) {
  std::vector<int64_t> dims = {n, c};
  for (const WindowAxis& axis : axes) dims.push_back(axis.outputs);
  return dims;
}

}  // namespace assay::engine
