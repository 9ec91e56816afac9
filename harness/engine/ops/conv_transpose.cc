#include <algorithm>

#include "harness/engine/convolution.h"
#include "harness/engine/copy.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/taps.h"
#include "harness/engine/transposed_convolution.h"

namespace assay::engine {
namespace {

constexpr int64_t kLargest = int64_t{1} << 30;

Result<std::vector<int64_t>> Values(const Node& node, const char* name, size_t count,
                                    int64_t lowest, int64_t fallback) {
  std::vector<int64_t> values = node.Ints(name);
  if (values.empty()) values.assign(count, fallback);
  const bool fits = std::ranges::all_of(
      values, [&](int64_t value) { return lowest <= value && value <= kLargest; });
  if (values.size() == count && fits) return values;
  return NodeError(node, "{} is not {} numbers of {} to {}", name, count, lowest, kLargest);
}

// Without output_shape: stride * (image - 1) + output_padding + span - pads. With it, or with
// auto_pad SAME (image * stride), the pads are what is left over, the odd one at the beginning, and
// at the end for SAME_UPPER.
Result<std::vector<WindowAxis>> AxesOf(const Node& node, const Shape& x, const Shape& w) {
  const auto count = static_cast<size_t>(x.rank() - 2);
  ASSAY_ASSIGN_OR_RETURN(const auto strides, Values(node, "strides", count, 1, 1));
  ASSAY_ASSIGN_OR_RETURN(const auto dilations, Values(node, "dilations", count, 1, 1));
  ASSAY_ASSIGN_OR_RETURN(const auto pads, Values(node, "pads", 2 * count, 0, 0));
  ASSAY_ASSIGN_OR_RETURN(const auto extra, Values(node, "output_padding", count, 0, 0));
  ASSAY_ASSIGN_OR_RETURN(auto wanted, Values(node, "output_shape", count, 0, 0));
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  const bool same = auto_pad.starts_with("SAME"), given = node.Has("output_shape") || same;
  std::vector<WindowAxis> axes;
  for (size_t i = 0; i < count; ++i) {
    WindowAxis axis{x[static_cast<int>(i) + 2],
                    w[static_cast<int>(i) + 2],
                    strides[i],
                    dilations[i],
                    pads[i],
                    pads[i + count]};
    if (axis.image > kLargest || axis.kernel > kLargest) {
      return NodeError(node, "extents {} and {} are too large", axis.image, axis.kernel);
    }
    const int64_t whole = axis.stride * (axis.image - 1) + extra[i] + axis.span();
    if (given) {
      if (!node.Has("output_shape")) wanted[i] = axis.image * axis.stride;
      const int64_t left = std::max<int64_t>(0, whole - wanted[i]);
      axis.pad_begin = auto_pad == "SAME_UPPER" ? left / 2 : left - left / 2;
      axis.pad_end = left - axis.pad_begin;
    }
    axis.outputs = given ? wanted[i] : whole - axis.pad_begin - axis.pad_end;
    if (axis.outputs < 0) return NodeError(node, "the pads are more than the {} outputs", whole);
    axes.push_back(axis);
  }
  return axes;
}

// Weights are [c, oc / groups, ...].
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 3));
  for (size_t i = 0; i < inference.node().inputs.size(); ++i) {
    if (inference.has(i)) ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
  }
  const Shape &x = inference.shape(0), &w = inference.shape(1);
  if (x.rank() < 3) return inference.Error("input {} is no image [n, c, ...]", x.ToString());
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(1, x.rank()));
  const int64_t groups = inference.node().Int("group", 1);
  if (groups < 1 || x[1] != w[0] || x[1] % groups != 0 || w[1] > kLargest || groups > kLargest) {
    return inference.Error("weights {} do not fit {} channels in {} groups", w.ToString(), x[1],
                           groups);
  }
  if (w.elements() == 0) return inference.Error("weights {} are empty", w.ToString());
  const std::vector<int64_t> kernel(w.dims().begin() + 2, w.dims().end());
  if (inference.node().Ints("kernel_shape", kernel) != kernel) {
    return inference.Error("kernel_shape contradicts the weights {}", w.ToString());
  }
  if (inference.has(2) && inference.shape(2) != Shape{w[1] * groups}) {
    return inference.Error("bias {} does not fit {} output channels", inference.shape(2).ToString(),
                           w[1] * groups);
  }
  ASSAY_ASSIGN_OR_RETURN(const auto axes, AxesOf(inference.node(), x, w));
  return inference.Set(0, DType::kF32, OutputDims(x[0], w[1] * groups, axes));
}

// Every output gathers what contributes to it, so that outputs can be shared out to threads.
Status LowerPlain(const Node& node, Lowerer& lowerer) {
  const Operand x = lowerer.Dense(node.input(0)), w = lowerer.Dense(node.input(1));
  const Operand bias = node.has_input(2) ? lowerer.Dense(node.input(2)) : Operand();
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  ASSAY_ASSIGN_OR_RETURN(const auto axes, AxesOf(node, x.shape, w.shape));
  const Taps taps(axes);
  const int64_t groups = node.Int("group", 1), depth = x.shape[1] / groups;
  const int64_t wide = w.shape[1], channels = wide * groups;
  std::vector<Operand> reads = {x, w};
  if (node.has_input(2)) reads.push_back(bias);
  auto added = lowerer.Add(node, reads, {dst}, [=](const Frame& frame) -> Status {
    const float *from = frame.At<const float>(x), *weights = frame.At<const float>(w);
    const float* biases = bias.buffer < 0 ? nullptr : frame.At<const float>(bias);
    float* to = frame.At<float>(dst);
    const int64_t pixels = taps.pixels(), kernel = taps.kernel(), outputs = taps.outputs();
    frame.pool->Run(dst.shape[0] * channels, [&](int64_t task, int) {
      const int64_t channel = task % channels, group = channel / wide;
      const float* image = from + (task / channels * groups + group) * depth * pixels;
      const float* taken = weights + (group * depth * wide + channel % wide) * kernel;
      for (int64_t output = 0; output < outputs; ++output) {
        float sum = biases == nullptr ? 0.0f : biases[channel];
        taps.VisitTransposed(output, [&](int64_t tap, int64_t pixel) {
          for (int64_t k = 0; k < depth; ++k) {
            sum += image[k * pixels + pixel] * taken[k * wide * kernel + tap];
          }
        });
        to[task * outputs + output] = sum;
      }
    });
    return {};
  });
  added.info.macs = x.elements() * wide * taps.kernel();
  return {};
}

// [c, oc / groups, kh, kw] as a convolution from c to oc channels takes them, every kernel turned
// around.
std::vector<float> TurnedWeights(const Tensor& weights, int64_t groups) {
  const Shape& shape = weights.shape();
  const int64_t depth = shape[0] / groups, wide = shape[1], taps = shape[2] * shape[3];
  const auto from = weights.as<float>();
  std::vector<float> to(from.size());
  for (int64_t c = 0; c < shape[0]; ++c) {
    for (int64_t k = 0; k < wide; ++k) {
      const int64_t channel = c / depth * wide + k;
      for (int64_t tap = 0; tap < taps; ++tap) {
        to[static_cast<size_t>((channel * depth + c % depth) * taps + taps - 1 - tap)] =
            from[static_cast<size_t>((c * wide + k) * taps + tap)];
      }
    }
  }
  return to;
}

// The pads of the convolution with turned kernels; negative where there is none such.
int64_t PadBegin(const WindowAxis& axis) { return axis.span() - 1 - axis.pad_begin; }
int64_t PadEnd(const WindowAxis& axis) {
  const int64_t spread = axis.stride * (axis.image - 1) + 1;
  return axis.outputs + axis.span() - 1 - spread - PadBegin(axis);
}

// The convolution, by its kernels, of the image with zeros between its pixels. It multiplies
// stride^2 as often as it had to.
Status LowerSpread(const Node& node, Lowerer& lowerer, const std::vector<WindowAxis>& axes) {
  const Tensor& weights = *lowerer.constant(node.input(1));
  const int64_t groups = node.Int("group", 1);
  const std::vector<float> turned = TurnedWeights(weights, groups);
  const Operand x = lowerer.Get(node.input(0));
  const WindowAxis &y = axes[0], &w = axes[1];
  Convolution convolution;
  convolution.spec = {.n = x.shape[0],
                      .h = y.stride * (y.image - 1) + 1,
                      .w = w.stride * (w.image - 1) + 1,
                      .c = x.shape[1],
                      .oc = weights.shape()[1] * groups,
                      .kh = y.kernel,
                      .kw = w.kernel,
                      .dilation_h = y.dilation,
                      .dilation_w = w.dilation,
                      .pad_top = PadBegin(y),
                      .pad_left = PadBegin(w),
                      .pad_bottom = PadEnd(y),
                      .pad_right = PadEnd(w),
                      .groups = groups};
  const ConvSpec& spec = convolution.spec;
  const Operand spread = lowerer.ScratchImage(DType::kF32, {spec.n, spec.c, spec.h, spec.w});
  const Operand pixels = spread.Sliced(2, 0, y.stride, y.image).Sliced(3, 0, w.stride, w.image);
  lowerer.Add(node, {x}, {spread},
              [=, copy = CopyBody(x, pixels, lowerer.usable())](const Frame& frame) -> Status {
                std::fill_n(frame.At<float>(spread), spread.elements(), 0.0f);
                return copy(frame);
              });
  convolution.src = spread;
  convolution.dst = lowerer.New(node.outputs[0], Order::kImage);
  convolution.weights.data = turned.data();
  if (node.has_input(2)) convolution.weights.bias = lowerer.constant(node.input(2))->data();
  return AddConvolution(node, lowerer, convolution);
}

// Whether that convolution can be: of an image, with pads that are none of the spread image's
// pixels, and a spread image that a tensor can hold.
bool Spreads(const Node& node, const Lowerer& lowerer, const std::vector<WindowAxis>& axes) {
  const Shape& x = lowerer.shape(node.input(0));
  if (axes.size() != 2 || x.elements() == 0) return false;
  std::vector<int64_t> dims = {x[0], x[1]};
  for (const WindowAxis& axis : axes) {
    if (PadBegin(axis) < 0 || PadEnd(axis) < 0) return false;
    dims.push_back(axis.stride * (axis.image - 1) + 1);
  }
  return Shape::Make(std::move(dims)).ok();
}

// No pixels lie apart; or every channel is alone, where multiplications are not what takes time.
bool NoZerosOrCheap(const Node& node, const Lowerer& lowerer, const std::vector<WindowAxis>& axes) {
  const bool alone = lowerer.shape(node.input(1))[1] == 1 &&
                     node.Int("group", 1) == lowerer.shape(node.input(0))[1];
  return alone ||
         std::ranges::all_of(axes, [](const WindowAxis& axis) { return axis.stride == 1; });
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const auto axes,
                         AxesOf(node, lowerer.shape(node.input(0)), lowerer.shape(node.input(1))));
  const bool constant = lowerer.constant(node.input(1)) != nullptr &&
                        (!node.has_input(2) || lowerer.constant(node.input(2)) != nullptr);
  if (!constant) return LowerPlain(node, lowerer);
  const bool spreads = Spreads(node, lowerer, axes);
  if (!(spreads && NoZerosOrCheap(node, lowerer, axes)) && GathersProducts(node, lowerer, axes)) {
    return AddTransposedConvolution(node, lowerer, axes);
  }
  return spreads ? LowerSpread(node, lowerer, axes) : LowerPlain(node, lowerer);
}

}  // namespace

extern const Lowering conv_transpose;
const Lowering conv_transpose = {.op_type = "ConvTranspose",
                                 .infer = Infer,
                                 .lower = Lower,
                                 .image = true,
                                 .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
