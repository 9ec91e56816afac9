#include "harness/engine/depthwise_volumes.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "harness/engine/convolution.h"
#include "kernels/depthwise/depthwise.h"

namespace assay::engine {
namespace {

using depthwise::Depthwise;

constexpr int64_t kMostSlices = 16;  // Of the kernel: each has weights packed up to four times.

// Slices of the kernel that lie inside the volume, for a slice of the result; `source` is under the
// first.
struct Slices {
  int64_t begin, end, source;
};

Slices SlicesOf(const WindowAxis& axis, int64_t output) {
  const int64_t first = output * axis.stride - axis.pad_begin, d = axis.dilation;
  const int64_t begin = first < 0 ? std::min(axis.kernel, (-first + d - 1) / d) : 0;
  const int64_t end =
      first >= axis.image ? 0 : std::min(axis.kernel, (axis.image - first + d - 1) / d);
  return {begin, end, first + begin * d};
}

// A slice of the kernel by its place in the sum: the first adds the bias, all others what is there
// already, the last clamps.
class SliceKernels {
 public:
  explicit SliceKernels(int64_t slices) : kernels_(static_cast<size_t>(4 * slices)) {}

  std::optional<Depthwise>& At(int64_t slice, bool first, bool last) {
    return kernels_[static_cast<size_t>(4 * slice + (first ? 2 : 0) + (last ? 1 : 0))];
  }
  const Depthwise& At(int64_t slice, bool first, bool last) const {
    return *kernels_[static_cast<size_t>(4 * slice + (first ? 2 : 0) + (last ? 1 : 0))];
  }

 private:
  std::vector<std::optional<Depthwise>> kernels_;  // Those that are wanted.
};

class Maker {
 public:
  Maker(const ConvSpec& spec, const Tensor& weights, const Tensor* bias, const OutputStage& clamp)
      : spec_(spec), weights_(weights), bias_(bias), clamp_(clamp) {}

  Status Make(int64_t slice, bool first, bool last, const KernelOptions& options,
              SliceKernels& kernels) {
    std::optional<Depthwise>& kernel = kernels.At(slice, first, last);
    if (kernel) return {};
    const std::vector<float> weights = WeightsOf(slice);
    OutputStage stage;
    if (last) stage = clamp_;
    stage.residual = !first;
    const void* bias = first && bias_ != nullptr ? bias_->data() : nullptr;
    ASSAY_ASSIGN_OR_RETURN(
        kernel, Depthwise::Make(spec_, ComputeType::kF32, {weights.data(), bias}, stage, options));
    packed_bytes_ += kernel->packed_bytes();
    workspace_bytes_ = std::max(workspace_bytes_, kernel->workspace_bytes(options.threads));
    variant_ = kernel->variant();
    return {};
  }

  size_t packed_bytes() const { return packed_bytes_; }
  size_t workspace_bytes() const { return workspace_bytes_; }
  const std::string& variant() const { return variant_; }

 private:
  // [c][kh][kw] of [c][1][kd][kh][kw].
  std::vector<float> WeightsOf(int64_t slice) const {
    const int64_t taps = spec_.kh * spec_.kw, depth = weights_.shape()[2];
    std::vector<float> values(static_cast<size_t>(spec_.c * taps));
    for (int64_t c = 0; c < spec_.c; ++c) {
      std::copy_n(weights_.as<float>().data() + (c * depth + slice) * taps, taps,
                  values.data() + c * taps);
    }
    return values;
  }

  ConvSpec spec_;
  const Tensor& weights_;
  const Tensor* bias_;
  OutputStage clamp_;
  size_t packed_bytes_ = 0, workspace_bytes_ = 0;
  std::string variant_;
};

// An image of any number of axes as one line.
Operand Line(const Operand& dense) {
  const Shape& shape = dense.shape;
  return dense.Reshaped({shape[0], shape[1], 1, shape.elements(2, shape.rank())});
}

// Of a slice.
ConvSpec SpecOf(const std::vector<WindowAxis>& axes, int64_t channels) {
  const WindowAxis &y = axes[1], &x = axes[2];
  return {.h = y.image,
          .w = x.image,
          .c = channels,
          .oc = channels,
          .kh = y.kernel,
          .kw = x.kernel,
          .stride_h = y.stride,
          .stride_w = x.stride,
          .dilation_h = y.dilation,
          .dilation_w = x.dilation,
          .pad_top = y.pad_begin,
          .pad_left = x.pad_begin,
          .pad_bottom = y.pad_end,
          .pad_right = x.pad_end,
          .groups = channels};
}

}  // namespace

bool IsDepthwiseVolume(const Node& node, const Lowerer& lowerer,
                       const std::vector<WindowAxis>& axes) {
  const Shape &x = lowerer.shape(node.input(0)), &w = lowerer.shape(node.input(1));
  const int64_t groups = node.Int("group", 1);
  if (axes.size() != 3 || groups < 2 || groups != x[1] || groups != w[0]) return false;
  if (w[2] > kMostSlices || x.elements() == 0) return false;
  for (int64_t output = 0; output < axes[0].outputs; ++output) {  // Not of padding alone.
    const Slices slices = SlicesOf(axes[0], output);
    if (slices.begin >= slices.end) return false;
  }
  return true;
}

Status AddDepthwiseVolumes(const Node& node, Lowerer& lowerer,
                           const std::vector<WindowAxis>& axes) {
  const WindowAxis depth = axes[0];
  const Operand x = Line(lowerer.Dense(node.input(0)));
  const int64_t images = x.shape[0], channels = x.shape[1];
  const Operand dst = Line(lowerer.New(node.outputs[0], Order::kDense));
  const Operand from = lowerer.ScratchImage(DType::kF32, x.shape),
                to = lowerer.ScratchImage(DType::kF32, dst.shape);
  lowerer.Copy(node, "Layout", x, from);

  const Tensor* bias = node.has_input(2) ? lowerer.constant(node.input(2)) : nullptr;
  const ConvSpec spec = SpecOf(axes, channels);
  Maker maker(spec, *lowerer.constant(node.input(1)), bias, FloatStage(node));
  SliceKernels wanted(depth.kernel);
  for (int64_t output = 0; output < depth.outputs; ++output) {
    const auto [begin, end, source] = SlicesOf(depth, output);
    for (int64_t slice = begin; slice < end; ++slice) {
      const Status made =
          maker.Make(slice, slice == begin, slice + 1 == end, lowerer.kernel_options(), wanted);
      if (!made.ok()) return NodeError(node, "{}", made.message());
    }
  }
  const auto kernels = std::make_shared<const SliceKernels>(std::move(wanted));
  lowerer.CountPackedBytes(maker.packed_bytes());
  const auto bytes = static_cast<int64_t>(maker.workspace_bytes());
  const Operand workspace = bytes > 0 ? lowerer.Scratch(DType::kU8, {bytes}) : Operand();

  const int64_t source_slice = spec.h * spec.w * channels;
  const int64_t result_slice = spec.oh() * spec.ow() * channels;
  auto added = lowerer.Add(node, {from}, {to}, [=](const Frame& frame) -> Status {
    void* scratch = bytes > 0 ? frame.Raw(workspace) : nullptr;
    for (int64_t i = 0; i < images * depth.outputs; ++i) {
      const auto [begin, end, first] = SlicesOf(depth, i % depth.outputs);
      const int64_t source = i / depth.outputs * depth.image + first;
      const float* src = frame.At<const float>(from) + source * source_slice;
      float* sums = frame.At<float>(to) + i * result_slice;
      for (int64_t slice = begin; slice < end; ++slice) {
        kernels->At(slice, slice == begin, slice + 1 == end)
            .Run(src, sums, slice == begin ? nullptr : sums, scratch, *frame.pool);
        src += depth.dilation * source_slice;
      }
    }
    return {};
  });
  if (bytes > 0) added.step.writes.push_back(workspace.buffer);
  added.info.variant = maker.variant();
  added.info.macs = dst.elements() * axes[0].kernel * spec.kh * spec.kw;
  lowerer.Copy(node, "Layout", to, dst);
  return {};
}

}  // namespace assay::engine
