// Resize (opset 19): each axis in turn becomes sums of a few of its elements, with weights that
// depend on the position alone.
#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "harness/engine/convert.h"
#include "harness/engine/line.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

// Of an axis that is resized: there is a table of what each element is made of.
constexpr int64_t kLargest = int64_t{1} << 20;

// One axis: its extents, how one follows from the other, and the region of interest.
struct ResizeAxis {
  int64_t in = 0, out = 0;
  double scale = 1;
  bool given = false;  // The scale is a float of the model's, not of sizes.
  double roi_start = 0, roi_end = 1;
};

// The floats of a constant input; `fallback` where it is absent or empty.
Result<std::vector<float>> Floats(const Inference& inference, size_t input) {
  if (!inference.has(input)) return std::vector<float>();
  const Tensor* tensor = inference.constant(input);
  if (tensor == nullptr) return inference.Error("input {} depends on data", input);
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(input, {DType::kF32}));
  const auto values = tensor->as<float>();
  return std::vector<float>(values.begin(), values.end());
}

// The axes that sizes, scales and the region are given for: all, unless there is a list.
Result<std::vector<size_t>> NamedAxes(const Inference& inference) {
  const int rank = inference.shape(0).rank();
  std::vector<size_t> named;
  for (int64_t given : inference.node().Ints("axes")) {
    ASSAY_ASSIGN_OR_RETURN(const int axis, Axis(inference.node(), given, rank));
    if (std::ranges::count(named, static_cast<size_t>(axis)) != 0) {
      return inference.Error("axis {} is named twice", axis);
    }
    named.push_back(static_cast<size_t>(axis));
  }
  for (int axis = 0; axis < rank && !inference.node().Has("axes"); ++axis) {
    named.push_back(static_cast<size_t>(axis));
  }
  return named;
}

// One scale for all axes, of which each size is a bound from above, or from below.
void KeepAspectRatio(bool larger, const std::vector<size_t>& named, std::vector<ResizeAxis>& axes) {
  if (named.empty()) return;
  double scale = axes[named[0]].scale;
  for (size_t axis : named) {
    scale = larger ? std::max(scale, axes[axis].scale) : std::min(scale, axes[axis].scale);
  }
  for (size_t axis : named) {
    axes[axis].scale = scale;
    axes[axis].out =
        static_cast<int64_t>(std::floor(scale * static_cast<double>(axes[axis].in) + 0.5));
  }
}

Status FromSizes(const Inference& inference, const std::vector<size_t>& named,
                 std::vector<ResizeAxis>& axes) {
  ASSAY_ASSIGN_OR_RETURN(const auto sizes, inference.Integers(3));
  if (sizes.size() != named.size()) {
    return inference.Error("{} sizes for {} axes", sizes.size(), named.size());
  }
  for (size_t i = 0; i < named.size(); ++i) {
    ResizeAxis& axis = axes[named[i]];
    const bool fits = 1 <= sizes[i] && (sizes[i] <= kLargest || sizes[i] == axis.in);
    if (!fits) return inference.Error("a size of {}, allowed: 1 to {}", sizes[i], kLargest);
    axis.out = sizes[i];
    axis.scale = static_cast<double>(sizes[i]) / static_cast<double>(axis.in);
  }
  const std::string policy = inference.node().String("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch") return {};
  KeepAspectRatio(policy == "not_smaller", named, axes);
  for (size_t axis : named) {
    const bool fits = 1 <= axes[axis].out && axes[axis].out <= kLargest;
    if (!fits)
      return inference.Error("axis {} becomes {}, allowed: 1 to {}", axis, axes[axis].out,
                             kLargest);
  }
  return {};
}

Status FromScales(const Inference& inference, const std::vector<size_t>& named,
                  std::vector<ResizeAxis>& axes) {
  ASSAY_ASSIGN_OR_RETURN(const auto scales, Floats(inference, 2));
  if (scales.size() != named.size()) {
    return inference.Error("{} scales for {} axes", scales.size(), named.size());
  }
  for (size_t i = 0; i < named.size(); ++i) {
    ResizeAxis& axis = axes[named[i]];
    const double extent =
        std::floor(static_cast<double>(axis.in) * scales[i] * (axis.roi_end - axis.roi_start));
    const bool same = scales[i] == 1 && extent == static_cast<double>(axis.in);
    const bool fits = extent >= 1 && (extent <= static_cast<double>(kLargest) || same);
    if (!(scales[i] > 0) || !fits) {
      return inference.Error("a scale of {} on {} elements", scales[i], axis.in);
    }
    axis.out = static_cast<int64_t>(extent);
    axis.scale = scales[i];
    axis.given = true;
  }
  return {};
}

Result<std::vector<ResizeAxis>> AxesOf(const Inference& inference) {
  std::vector<ResizeAxis> axes;
  for (int64_t extent : inference.shape(0).dims()) {
    if (extent < 1) return inference.Error("an axis of {}", extent);
    axes.push_back({.in = extent, .out = extent});
  }
  ASSAY_ASSIGN_OR_RETURN(const auto named, NamedAxes(inference));
  if (inference.node().String("coordinate_transformation_mode", "") == "tf_crop_and_resize") {
    ASSAY_ASSIGN_OR_RETURN(const auto roi, Floats(inference, 1));
    if (roi.size() != 2 * named.size()) {
      return inference.Error("roi has {} values for {} axes", roi.size(), named.size());
    }
    for (size_t i = 0; i < named.size(); ++i) {
      axes[named[i]].roi_start = roi[i];
      axes[named[i]].roi_end = roi[i + named.size()];
    }
  }
  const bool sizes = inference.has(3) && inference.shape(3).elements() > 0;
  ASSAY_RETURN_IF_ERROR(sizes ? FromSizes(inference, named, axes)
                              : FromScales(inference, named, axes));
  return axes;
}

// x / scale. A scale that the model gives is a float, 2.2 no more than nearly: rounded like one,
// the quotient of 11 is 5, and not a little less, whose floor is 4.
double Over(double x, const ResizeAxis& axis) {
  if (!axis.given) return x / axis.scale;
  return static_cast<double>(static_cast<float>(x) / static_cast<float>(axis.scale));
}

// Where in the input, in elements, output `i` lies.
double Position(const std::string& mode, const ResizeAxis& axis, int64_t i) {
  const auto x = static_cast<double>(i), in = static_cast<double>(axis.in),
             out = static_cast<double>(axis.out);
  if (mode == "asymmetric") return Over(x, axis);
  // As ONNX's tests have it, the length may be a fraction; ONNX Runtime rounds it down first.
  if (mode == "align_corners") return axis.out == 1 ? 0 : x * (in - 1) / (in * axis.scale - 1);
  if (mode == "pytorch_half_pixel") return axis.out > 1 ? Over(x + 0.5, axis) - 0.5 : 0;
  if (mode == "tf_half_pixel_for_nn") return Over(x + 0.5, axis);
  if (mode == "tf_crop_and_resize") {
    const double span = (axis.roi_end - axis.roi_start) * (in - 1);
    return axis.out > 1 ? axis.roi_start * (in - 1) + x * span / (out - 1)
                        : 0.5 * (axis.roi_start + axis.roi_end) * (in - 1);
  }
  // The output is what is left of in * scale, centered. ONNX has in / 2 * (1 - out / (in * scale))
  // + (x + 0.5) / scale - 0.5, whose rounding errors choose the neighbor of what lies between two.
  if (mode == "half_pixel_symmetric") return in / 2 - 0.5 + Over(x + 0.5 - out / 2, axis);
  return Over(x + 0.5, axis) - 0.5;
}

int64_t Nearest(const std::string& mode, double position) {
  const double down = std::floor(position);
  double nearest = position - down < 0.5 ? down : down + 1;
  if (mode == "round_prefer_floor") nearest = position - down <= 0.5 ? down : down + 1;
  if (mode == "floor") nearest = down;
  if (mode == "ceil") nearest = std::ceil(position);
  return static_cast<int64_t>(nearest);
}

// What an output is made of: inputs from `first` on, which may lie outside.
struct Mixture {
  int64_t first = 0;
  bool missing = false;  // It lies outside, where the mode extrapolates.
};

// Of all outputs along an axis: weights are [output][width].
struct Mixtures {
  int64_t width = 1;
  std::vector<Mixture> of;
  std::vector<double> weights;

  size_t bytes() const { return of.size() * sizeof(Mixture) + weights.size() * sizeof(double); }
};

// Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981.
double Cubic(double a, double distance) {
  const double x = std::fabs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

struct Rules {
  std::string mode, coordinates, nearest;
  double a;
  bool exclude_outside, antialias;
};

Rules RulesOf(const Node& node) {
  return {node.String("mode", "nearest"),
          node.String("coordinate_transformation_mode", "half_pixel"),
          node.String("nearest_mode", "round_prefer_floor"),
          node.Float("cubic_coeff_a", -0.75f),
          node.Int("exclude_outside", 0) != 0,
          node.Int("antialias", 0) != 0};
}

// How a filter is stretched over more elements than it has taps: of fewer results than elements.
double Stretch(const Rules& rules, const ResizeAxis& axis) {
  return rules.antialias ? std::min(1.0, axis.scale) : 1.0;
}

// Elements that a filter reaches on either side of the one below its position.
int64_t Reach(const Rules& rules, const ResizeAxis& axis) {
  if (rules.mode == "nearest") return 0;
  const double reach = std::ceil((rules.mode == "cubic" ? 2 : 1) / Stretch(rules, axis));
  return static_cast<int64_t>(std::min(reach, 1e12));
}

int64_t WidthOf(const Rules& rules, const ResizeAxis& axis) {
  return std::max<int64_t>(1, 2 * Reach(rules, axis));
}

// Weights of elements outside vanish, if they are to; all sum to one again.
void Normalize(const Rules& rules, int64_t in, int64_t first, std::span<double> weights) {
  double sum = 0;
  for (double& weight : weights) {
    const int64_t at = first + (&weight - weights.data());
    if (rules.exclude_outside && (at < 0 || at >= in)) weight = 0;
    sum += weight;
  }
  for (double& weight : weights) weight /= sum != 0 ? sum : 1;
}

// The first element at `position`, and the weights from there on.
int64_t Weigh(const Rules& rules, const ResizeAxis& axis, double position,
              std::span<double> weights) {
  if (rules.mode == "nearest") {
    weights[0] = 1;
    return Nearest(rules.nearest, position);
  }
  const double down = std::floor(position), fraction = position - down;
  const double stretch = Stretch(rules, axis);
  const int64_t before = Reach(rules, axis) - 1;
  for (double& weight : weights) {
    const auto step = static_cast<double>(&weight - weights.data() - before);
    const double distance = (step - fraction) * stretch;
    weight =
        rules.mode == "cubic" ? Cubic(rules.a, distance) : std::max(0.0, 1 - std::fabs(distance));
  }
  const int64_t first = static_cast<int64_t>(down) - before;
  if (rules.exclude_outside || rules.antialias) Normalize(rules, axis.in, first, weights);
  return first;
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 4));
  const Rules rules = RulesOf(inference.node());
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kNumbers));
  if (rules.mode != "nearest" && rules.mode != "linear" && rules.mode != "cubic") {
    return inference.Error("mode is '{}', allowed: nearest, linear, cubic", rules.mode);
  }
  ASSAY_ASSIGN_OR_RETURN(const auto axes, AxesOf(inference));
  std::vector<int64_t> dims;
  for (const ResizeAxis& axis : axes) dims.push_back(axis.out);
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

// From a filter's width outside on, every mixture is of the outermost element alone. Absurd scales
// and regions lead to positions that no integer holds, or to none at all.
double InReach(const ResizeAxis& axis, int64_t width, double position) {
  if (std::isnan(position)) return 0;
  const auto outside = static_cast<double>(width + 4);
  return std::clamp(position, -outside, static_cast<double>(axis.in) + outside);
}

Mixtures MixturesOf(const Node& node, const ResizeAxis& axis) {
  const Rules rules = RulesOf(node);
  const bool extrapolates = rules.coordinates == "tf_crop_and_resize";
  Mixtures mixtures;
  mixtures.width = WidthOf(rules, axis);
  const auto width = static_cast<size_t>(mixtures.width);
  mixtures.weights.resize(static_cast<size_t>(axis.out) * width);
  for (int64_t i = 0; i < axis.out; ++i) {
    const double position = Position(rules.coordinates, axis, i);
    const auto weights = std::span(mixtures.weights).subspan(static_cast<size_t>(i) * width, width);
    const int64_t first = Weigh(rules, axis, InReach(axis, mixtures.width, position), weights);
    const bool outside = position < 0 || position > static_cast<double>(axis.in - 1);
    mixtures.of.push_back({first, extrapolates && outside});
  }
  return mixtures;
}

constexpr int64_t kNarrow = 4;

// A run of results: the same mixture of runs of elements. Those outside are the nearest.
template <typename From, typename To>
void Mix(const Mixtures& mixtures, int64_t output, const Lines& from, const From* read,
         To* result) {
  const int64_t first = mixtures.of[static_cast<size_t>(output)].first, width = mixtures.width;
  const double* weights = mixtures.weights.data() + output * width;
  const auto run = [&](int64_t m) {
    return read + std::clamp<int64_t>(first + m, 0, from.count - 1) * from.inner;
  };
  const From* runs[kNarrow] = {};
  for (int64_t m = 0; m < std::min(width, kNarrow); ++m) runs[m] = run(m);
  if (width == 1) {
    std::copy(runs[0], runs[0] + from.inner, result);
    return;
  }
  for (int64_t k = 0; k < from.inner; ++k) {
    double sum = 0;
    for (int64_t m = 0; m < std::min(width, kNarrow); ++m) {
      sum += weights[m] * static_cast<double>(runs[m][k]);
    }
    for (int64_t m = kNarrow; m < width; ++m) sum += weights[m] * static_cast<double>(run(m)[k]);
    result[k] = Convert<To>(sum);
  }
}

// One axis, from src to dst, whose other extents agree.
template <typename From, typename To>
Status AddAxis(const Node& node, Lowerer& lowerer, int at, const ResizeAxis& axis,
               const Operand& src, const Operand& dst) {
  constexpr int64_t kLargestWidth = int64_t{1} << 30;  // No number of bytes overflows.
  const int64_t width = WidthOf(RulesOf(node), axis);
  if (width > kLargestWidth) return NodeError(node, "a scale of {} is too small", axis.scale);
  const auto bytes =
      static_cast<int64_t>(sizeof(Mixture)) + width * static_cast<int64_t>(sizeof(double));
  ASSAY_RETURN_IF_ERROR(lowerer.ExpectPackedFits(node, axis.out * bytes));
  const auto outside = Convert<To>(node.Float("extrapolation_value", 0.0f));
  const Lines from = LinesOf(src.shape, at), to = LinesOf(dst.shape, at);
  Mixtures mixtures = MixturesOf(node, axis);
  lowerer.CountPackedBytes(mixtures.bytes());
  auto added = lowerer.Add(
      node, {src}, {dst}, [=, mixtures = std::move(mixtures)](const Frame& frame) -> Status {
        const From* read = frame.At<const From>(src);
        To* write = frame.At<To>(dst);
        frame.pool->Run(to.outer, [&](int64_t o, int) {
          for (int64_t i = 0; i < to.count; ++i) {
            To* result = write + (o * to.count + i) * to.inner;
            if (mixtures.of[static_cast<size_t>(i)].missing) {
              std::fill_n(result, to.inner, outside);
            } else {
              Mix(mixtures, i, from, read + o * from.count * from.inner, result);
            }
          }
        });
        return {};
      });
  added.step.work = static_cast<double>(dst.elements()) * static_cast<double>(width);
  return {};
}

// All axes in turn, with elements of `Between` where neither the operand nor the result lies.
template <typename T, typename Between>
Status AddAxes(const Node& node, Lowerer& lowerer, const std::vector<ResizeAxis>& axes,
               const std::vector<int>& changed) {
  Operand src = lowerer.Dense(node.input(0));
  for (int axis : changed) {
    const bool first = axis == changed.front(), last = axis == changed.back();
    const ResizeAxis& along = axes[static_cast<size_t>(axis)];
    Shape shape = src.shape;
    shape[axis] = along.out;
    const Operand dst = last ? lowerer.New(node.outputs[0], Order::kDense)
                             : lowerer.Scratch(DTypeOf<Between>::value, shape);
    const auto add = first && last ? AddAxis<T, T>
                     : first       ? AddAxis<T, Between>
                     : last        ? AddAxis<Between, T>
                                   : AddAxis<Between, Between>;
    ASSAY_RETURN_IF_ERROR(add(node, lowerer, axis, along, src, dst));
    src = dst;
  }
  return {};
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const auto axes, AxesOf(lowerer.Operands(node)));
  std::vector<int> changed;
  for (size_t i = 0; i < axes.size(); ++i) {
    const bool same = axes[i].in == axes[i].out && axes[i].scale == 1 && axes[i].roi_start == 0 &&
                      axes[i].roi_end == 1;
    if (!same) changed.push_back(static_cast<int>(i));
  }
  if (changed.empty()) lowerer.Define(node.outputs[0], lowerer.Dense(node.input(0)));
  const bool chooses = RulesOf(node).mode == "nearest";
  return WithNumber(lowerer.type(node.input(0)).dtype, [&]<typename T>(T) -> Status {
    using Between = std::conditional_t<std::is_integral_v<T>, double, T>;
    return chooses ? AddAxes<T, T>(node, lowerer, axes, changed)
                   : AddAxes<T, Between>(node, lowerer, axes, changed);
  });
}

}  // namespace

extern const Lowering resize;
const Lowering resize = {.op_type = "Resize", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
