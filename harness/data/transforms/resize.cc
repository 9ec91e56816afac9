// Resize with half-pixel centers, separable: each output pixel is a weighted sum of a few source
// pixels per axis. Plain, it weighs them as OpenCV's INTER_LINEAR and INTER_CUBIC and ONNX's Resize
// do. With `antialias` the filter widens as the image shrinks, and u8 pixels are Pillow's, bit for
// bit.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "harness/data/pixels.h"
#include "harness/data/transform.h"

namespace assay::data {
namespace {

constexpr int64_t kMaxExtent = 1 << 14;

enum class Filter { kNearest, kBilinear, kBicubic };

// How far from its center a filter reaches, in source pixels.
int Radius(Filter filter) { return filter == Filter::kBicubic ? 2 : 1; }

// Keys' cubic convolution.
double Cubic(double x, double a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

// `distance` in source pixels, relative to the filter's width.
double Weight(Filter filter, bool antialias, double distance) {
  if (filter == Filter::kBicubic) return Cubic(distance, antialias ? -0.5 : -0.75);
  return std::max(0.0, 1.0 - std::abs(distance));
}

// The source positions and weights of each output position along one axis; `taps` per output.
struct Axis {
  size_t taps;
  std::vector<int64_t> source;
  std::vector<double> weight;
};

Axis NearestAxis(int64_t source_extent, int64_t extent) {
  Axis axis{1, {}, std::vector<double>(static_cast<size_t>(extent), 1.0)};
  for (int64_t i = 0; i < extent; ++i) axis.source.push_back(i * source_extent / extent);
  return axis;
}

// Positions beyond the edge repeat the edge; with anti-aliasing they do not count.
Axis MakeAxis(Filter filter, bool antialias, int64_t source_extent, int64_t extent) {
  if (filter == Filter::kNearest) return NearestAxis(source_extent, extent);
  const double ratio = static_cast<double>(source_extent) / static_cast<double>(extent);
  const double widening = antialias ? std::max(1.0, ratio) : 1.0;
  const double reach = Radius(filter) * widening;
  const auto taps = static_cast<int64_t>(std::ceil(2 * reach));
  Axis axis{static_cast<size_t>(taps), {}, {}};
  for (int64_t i = 0; i < extent; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * ratio - 0.5;
    const auto first = static_cast<int64_t>(std::floor(center - reach)) + 1;
    std::vector<double> weights;
    for (int64_t at = first; at < first + taps; ++at) {
      const bool counts = !antialias || (at >= 0 && at < source_extent);
      const double distance = (static_cast<double>(at) - center) / widening;
      weights.push_back(counts ? Weight(filter, antialias, distance) : 0.0);
      axis.source.push_back(std::clamp<int64_t>(at, 0, source_extent - 1));
    }
    const double sum = std::reduce(weights.begin(), weights.end());
    for (double weight : weights) axis.weight.push_back(weight / sum);
  }
  return axis;
}

// How each element type sums: float as it is, u8 in Pillow's fixed point of 22 fraction bits, so
// that the same pixels come out.
struct FloatSum {
  using Weight = float;
  using Sum = float;
  static constexpr Sum kInitial = 0.0f;
  static Weight Of(double weight) { return static_cast<float>(weight); }
  static float Pixel(Sum sum) { return sum; }
};
struct FixedSum {
  static constexpr int kBits = 22;
  using Weight = int32_t;
  using Sum = int32_t;
  static constexpr Sum kInitial = 1 << (kBits - 1);
  static Weight Of(double weight) {
    return static_cast<int32_t>(std::lround(weight * (1 << kBits)));
  }
  static uint8_t Pixel(Sum sum) { return static_cast<uint8_t>(std::clamp(sum >> kBits, 0, 255)); }
};

// out[j, i] = sum over taps of weight * in[j, source, i]: `in` is [outer, axis, inner].
template <typename Arithmetic, typename T>
void ResizeAxis(const T* in, int64_t outer, int64_t source_extent, int64_t inner, const Axis& axis,
                T* out) {
  std::vector<typename Arithmetic::Weight> weights;
  for (double weight : axis.weight) weights.push_back(Arithmetic::Of(weight));
  std::vector<typename Arithmetic::Sum> sums(static_cast<size_t>(inner));
  for (int64_t j = 0; j < outer; ++j, in += source_extent * inner) {
    for (size_t tap = 0; tap < axis.source.size(); tap += axis.taps) {
      std::ranges::fill(sums, Arithmetic::kInitial);
      for (size_t t = tap; t < tap + axis.taps; ++t) {
        const T* source = in + axis.source[t] * inner;
        for (auto& sum : sums) sum += weights[t] * *source++;
      }
      for (auto sum : sums) *out++ = Arithmetic::Pixel(sum);
    }
  }
}

// Along x, then along y; u8 is rounded after each, as Pillow does.
template <typename Arithmetic, typename T>
Tensor Resized(const Tensor& image, const Axis& along_y, const Axis& along_x) {
  const Shape& shape = image.shape();
  const int64_t channels = shape[2];
  const auto height = static_cast<int64_t>(along_y.source.size() / along_y.taps);
  const auto width = static_cast<int64_t>(along_x.source.size() / along_x.taps);
  Tensor rows(image.dtype(), Shape{shape[0], width, channels});
  Tensor resized(image.dtype(), Shape{height, width, channels});
  ResizeAxis<Arithmetic>(image.as<T>().data(), shape[0], shape[1], channels, along_x,
                         rows.as<T>().data());
  ResizeAxis<Arithmetic>(rows.as<T>().data(), 1, shape[0], width * channels, along_y,
                         resized.as<T>().data());
  return resized;
}

class ResizeTransform final : public Transform {
 public:
  ResizeTransform(int64_t height, int64_t width, bool keep_aspect, Filter filter, bool antialias)
      : height_(height),
        width_(width),
        keep_aspect_(keep_aspect),
        filter_(filter),
        antialias_(antialias) {}

  Status Apply(Sample& sample) const override {
    if (sample.layout != Layout::kHwc) return Error("Resize must come before Transpose");
    if (sample.image.elements() == 0) return Error("Resize of an image without pixels");
    int64_t height = height_;
    int64_t width = width_;
    if (keep_aspect_) {
      const int64_t shorter = std::min(sample.height(), sample.width());
      height = height_ * sample.height() / shorter;
      width = height_ * sample.width() / shorter;
      if (std::max(height, width) > kMaxExtent) {
        return Error(fmt::format("Resize to {} x {}, above {}", height, width, kMaxExtent));
      }
    }
    if (height == sample.height() && width == sample.width()) return {};
    const Axis along_y = MakeAxis(filter_, antialias_, sample.height(), height);
    const Axis along_x = MakeAxis(filter_, antialias_, sample.width(), width);
    sample.image = sample.image.dtype() == DType::kU8
                       ? Resized<FixedSum, uint8_t>(sample.image, along_y, along_x)
                       : Resized<FloatSum, float>(sample.image, along_y, along_x);
    return {};
  }

 private:
  const int64_t height_;
  const int64_t width_;
  const bool keep_aspect_;
  const Filter filter_;
  const bool antialias_;
};

Result<std::unique_ptr<Transform>> Make(const Options& options) {
  OptionReader reader("transform Resize", options);
  const std::vector<int64_t> size = reader.Ints("size", 1, kMaxExtent);
  const bool keep_aspect = reader.Bool("keep_aspect", false);
  const std::string name =
      reader.Choice("interpolation", {"bilinear", "nearest", "bicubic"}, "bilinear");
  const bool antialias = reader.Bool("antialias", false);
  if (size.size() > 2) reader.Reject("size", "must be one extent or [height, width]");
  if (keep_aspect && size.size() > 1) {
    reader.Reject("size", "must be one extent with keep_aspect, that of the shorter side");
  }
  if (antialias && name == "nearest") {
    reader.Reject("antialias", "must be false with interpolation: nearest");
  }
  ASSAY_RETURN_IF_ERROR(reader.status());
  const Filter filter = name == "nearest"   ? Filter::kNearest
                        : name == "bicubic" ? Filter::kBicubic
                                            : Filter::kBilinear;
  return std::unique_ptr<Transform>(
      std::make_unique<ResizeTransform>(size.front(), size.back(), keep_aspect, filter, antialias));
}

constexpr OptionKey kKeys[] = {
    {"size", "side length, or [height, width]"},
    {"interpolation", "bilinear (default), nearest or bicubic"},
    {"antialias", "true: as Pillow and torchvision; false (default): as OpenCV and ONNX"},
    {"keep_aspect", "true: `size` is the length of the shorter side (default false)"},
};

}  // namespace

extern const TransformEntry resize;
const TransformEntry resize = {
    .name = "Resize",
    .summary = "scales the image to a size",
    .keys = kKeys,
    .make = Make,
};

}  // namespace assay::data
