// Resize (opset 13): each axis in turn becomes sums of a few of its elements, with weights that
// depend on the position alone.
#include <algorithm>
#include <cmath>
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

Status FromSizes(const Inference& inference, std::vector<ResizeAxis>& axes) {
  ASSAY_ASSIGN_OR_RETURN(const auto sizes, inference.Integers(3));
  if (sizes.size() != axes.size()) {
    return inference.Error("{} sizes for {} axes", sizes.size(), axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    const bool fits = 1 <= sizes[i] && (sizes[i] <= kLargest || sizes[i] == axes[i].in);
    if (!fits) return inference.Error("a size of {}, allowed: 1 to {}", sizes[i], kLargest);
    axes[i].out = sizes[i];
    axes[i].scale = static_cast<double>(sizes[i]) / static_cast<double>(axes[i].in);
  }
  return {};
}

Status FromScales(const Inference& inference, std::vector<ResizeAxis>& axes) {
  ASSAY_ASSIGN_OR_RETURN(const auto scales, Floats(inference, 2));
  if (scales.size() != axes.size()) {
    return inference.Error("{} scales for {} axes", scales.size(), axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    const double extent = std::floor(static_cast<double>(axes[i].in) * scales[i] *
                                     (axes[i].roi_end - axes[i].roi_start));
    const bool fits = extent >= 1 && (extent <= static_cast<double>(kLargest) || scales[i] == 1);
    if (!(scales[i] > 0) || !fits) {
      return inference.Error("a scale of {} on {} elements", scales[i], axes[i].in);
    }
    axes[i].out = static_cast<int64_t>(extent);
    axes[i].scale = scales[i];
  }
  return {};
}

Result<std::vector<ResizeAxis>> AxesOf(const Inference& inference) {
  std::vector<ResizeAxis> axes;
  for (int64_t extent : inference.shape(0).dims()) {
    if (extent < 1) return inference.Error("an axis of {}", extent);
    axes.emplace_back().in = extent;
  }
  if (inference.node().String("coordinate_transformation_mode", "") == "tf_crop_and_resize") {
    ASSAY_ASSIGN_OR_RETURN(const auto roi, Floats(inference, 1));
    if (roi.size() != 2 * axes.size()) {
      return inference.Error("roi has {} values for {} axes", roi.size(), axes.size());
    }
    for (size_t i = 0; i < axes.size(); ++i) {
      axes[i].roi_start = roi[i];
      axes[i].roi_end = roi[i + axes.size()];
    }
  }
  const bool sizes = inference.has(3) && inference.shape(3).elements() > 0;
  ASSAY_RETURN_IF_ERROR(sizes ? FromSizes(inference, axes) : FromScales(inference, axes));
  return axes;
}

// Where in the input, in elements, output `i` lies.
double Position(const std::string& mode, const ResizeAxis& axis, int64_t i) {
  const auto x = static_cast<double>(i), in = static_cast<double>(axis.in),
             out = static_cast<double>(axis.out);
  if (mode == "asymmetric") return x / axis.scale;
  // As ONNX's tests have it, the length may be a fraction; ONNX Runtime rounds it down first.
  if (mode == "align_corners") return axis.out == 1 ? 0 : x * (in - 1) / (in * axis.scale - 1);
  if (mode == "pytorch_half_pixel") return axis.out > 1 ? (x + 0.5) / axis.scale - 0.5 : 0;
  if (mode == "tf_half_pixel_for_nn") return (x + 0.5) / axis.scale;
  if (mode == "tf_crop_and_resize") {
    const double span = (axis.roi_end - axis.roi_start) * (in - 1);
    return axis.out > 1 ? axis.roi_start * (in - 1) + x * span / (out - 1)
                        : 0.5 * (axis.roi_start + axis.roi_end) * (in - 1);
  }
  if (mode == "half_pixel_symmetric") {  // The output is what is left of in * scale, centered.
    const double adjustment = out / (in * axis.scale);
    return in / 2 * (1 - adjustment) + (x + 0.5) / axis.scale - 0.5;
  }
  return (x + 0.5) / axis.scale - 0.5;
}

int64_t Nearest(const std::string& mode, double position) {
  const double down = std::floor(position);
  double nearest = position - down < 0.5 ? down : down + 1;
  if (mode == "round_prefer_floor") nearest = position - down <= 0.5 ? down : down + 1;
  if (mode == "floor") nearest = down;
  if (mode == "ceil") nearest = std::ceil(position);
  return static_cast<int64_t>(nearest);
}

// What an output is made of: `count` inputs from `first` on, which may lie outside.
struct Mixture {
  int64_t first = 0;
  int count = 1;
  bool missing = false;  // It lies outside, where the mode extrapolates.
  double weights[4] = {1, 0, 0, 0};
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
  bool exclude_outside;
};

Rules RulesOf(const Node& node) {
  return {node.String("mode", "nearest"),
          node.String("coordinate_transformation_mode", "half_pixel"),
          node.String("nearest_mode", "round_prefer_floor"), node.Float("cubic_coeff_a", -0.75f),
          node.Int("exclude_outside", 0) != 0};
}

// Weights of elements outside vanish, and the others sum to one again.
void ExcludeOutside(int64_t in, Mixture& mixture) {
  double sum = 0;
  for (int k = 0; k < mixture.count; ++k) {
    const int64_t at = mixture.first + k;
    if (at < 0 || at >= in) mixture.weights[k] = 0;
    sum += mixture.weights[k];
  }
  for (int k = 0; k < mixture.count && sum != 0; ++k) mixture.weights[k] /= sum;
}

Mixture MixtureOf(const Rules& rules, const ResizeAxis& axis, double position) {
  Mixture mixture;
  if (rules.mode == "nearest") {
    mixture.first = Nearest(rules.nearest, position);
    return mixture;
  }
  const double down = std::floor(position), fraction = position - down;
  const bool cubic = rules.mode == "cubic";
  mixture.first = static_cast<int64_t>(down) - (cubic ? 1 : 0);
  mixture.count = cubic ? 4 : 2;
  for (int k = 0; k < mixture.count; ++k) {
    mixture.weights[k] = cubic ? Cubic(rules.a, k - 1 - fraction)
                               : (k == 0 ? 1 - fraction : fraction);
  }
  if (rules.exclude_outside) ExcludeOutside(axis.in, mixture);
  return mixture;
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 4));
  const Rules rules = RulesOf(inference.node());
  ASSAY_RETURN_IF_ERROR(
      inference.ExpectType(0, rules.mode == "nearest" ? kNumbers : kReals));
  if (rules.mode != "nearest" && rules.mode != "linear" && rules.mode != "cubic") {
    return inference.Error("mode is '{}', allowed: nearest, linear, cubic", rules.mode);
  }
  ASSAY_ASSIGN_OR_RETURN(const auto axes, AxesOf(inference));
  std::vector<int64_t> dims;
  for (const ResizeAxis& axis : axes) dims.push_back(axis.out);
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

// From a few elements outside on, every mixture is of the outermost element alone. Absurd scales and
// regions lead to positions that no integer holds, or to none at all.
double InReach(const ResizeAxis& axis, double position) {
  constexpr double kOutside = 8;
  if (std::isnan(position)) return 0;
  return std::clamp(position, -kOutside, static_cast<double>(axis.in) + kOutside);
}

std::vector<Mixture> MixturesOf(const Node& node, const ResizeAxis& axis) {
  const Rules rules = RulesOf(node);
  const bool extrapolates = rules.coordinates == "tf_crop_and_resize";
  std::vector<Mixture> mixtures;
  for (int64_t i = 0; i < axis.out; ++i) {
    const double position = Position(rules.coordinates, axis, i);
    mixtures.push_back(MixtureOf(rules, axis, InReach(axis, position)));
    mixtures.back().missing =
        extrapolates && (position < 0 || position > static_cast<double>(axis.in - 1));
  }
  return mixtures;
}

// A run of `count` results: the same mixture of runs of elements. Those outside are the nearest.
template <typename T>
void Mix(const Mixture& mixture, const Lines& from, const T* read, T* result) {
  const T* runs[4];
  for (int m = 0; m < mixture.count; ++m) {
    runs[m] = read + std::clamp<int64_t>(mixture.first + m, 0, from.count - 1) * from.inner;
  }
  if (mixture.count == 1) {
    std::copy(runs[0], runs[0] + from.inner, result);
    return;
  }
  for (int64_t k = 0; k < from.inner; ++k) {
    double sum = 0;
    for (int m = 0; m < mixture.count; ++m) {
      sum += mixture.weights[m] * static_cast<double>(runs[m][k]);
    }
    result[k] = static_cast<T>(sum);
  }
}

// One axis, from src to dst, whose other extents agree.
template <typename T>
Status AddAxis(const Node& node, Lowerer& lowerer, int at, const ResizeAxis& axis,
               const Operand& src, const Operand& dst) {
  constexpr auto kBytes = static_cast<int64_t>(sizeof(Mixture));
  ASSAY_RETURN_IF_ERROR(lowerer.ExpectPackedFits(node, axis.out * kBytes));
  const auto outside = Convert<T>(node.Float("extrapolation_value", 0.0f));
  const Lines from = LinesOf(src.shape, at), to = LinesOf(dst.shape, at);
  std::vector<Mixture> mixtures = MixturesOf(node, axis);
  lowerer.CountPackedBytes(mixtures.size() * sizeof(Mixture));
  lowerer.Add(node, {src}, {dst},
              [=, mixtures = std::move(mixtures)](const Frame& frame) -> Status {
                const T* read = frame.At<const T>(src);
                T* write = frame.At<T>(dst);
                frame.pool->Run(to.outer, [&](int64_t o, int) {
                  for (int64_t i = 0; i < to.count; ++i) {
                    const Mixture& mixture = mixtures[static_cast<size_t>(i)];
                    T* result = write + (o * to.count + i) * to.inner;
                    if (mixture.missing) {
                      std::fill_n(result, to.inner, outside);
                    } else {
                      Mix(mixture, from, read + o * from.count * from.inner, result);
                    }
                  }
                });
                return {};
              });
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
  Operand src = lowerer.Dense(node.input(0));
  if (changed.empty()) lowerer.Define(node.outputs[0], src);
  return WithNumber(src.dtype, [&]<typename T>(T) -> Status {
    for (int axis : changed) {
      Shape shape = src.shape;
      shape[axis] = axes[static_cast<size_t>(axis)].out;
      const Operand dst = axis == changed.back() ? lowerer.New(node.outputs[0], Order::kDense)
                                                 : lowerer.Scratch(src.dtype, shape);
      ASSAY_RETURN_IF_ERROR(
          AddAxis<T>(node, lowerer, axis, axes[static_cast<size_t>(axis)], src, dst));
      src = dst;
    }
    return {};
  });
}

}  // namespace

extern const Lowering resize;
const Lowering resize = {.op_type = "Resize", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
