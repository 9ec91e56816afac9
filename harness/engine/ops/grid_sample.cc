#include <algorithm>
#include <cmath>
#include <string>

#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

enum class Mode { kNearest, kBilinear, kBicubic };
enum class Padding { kZeros, kBorder, kReflection };

// x: [n, c, h, w], grid: [n, oh, ow, 2] of positions (x, y) in [-1, 1].
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  for (size_t i = 0; i < 2; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
    ASSAY_RETURN_IF_ERROR(inference.ExpectRank(i, 4));
  }
  const Shape &x = inference.shape(0), &grid = inference.shape(1);
  if (grid[0] != x[0] || grid[3] != 2 || x[2] * x[3] == 0) {
    return inference.Error("grid {} does not fit image {}", grid.ToString(), x.ToString());
  }
  return inference.Set(0, DType::kF32, {x[0], x[1], grid[1], grid[2]});
}

// One axis of the image, `size` long.
struct GridAxis {
  int64_t size;
  bool aligned;  // -1 and 1 are the centers of the first and last pixel, not their outer edges.

  double Position(float at) const {
    const auto n = static_cast<double>(size);
    return aligned ? (at + 1.0) / 2 * (n - 1) : ((at + 1.0) * n - 1) / 2;
  }
  // Reflected at the ends until it lies inside.
  double Reflected(double position) const {
    const double lo = aligned ? 0 : -0.5;
    const double span = aligned ? static_cast<double>(size - 1) : static_cast<double>(size);
    if (span == 0 || !std::isfinite(position)) return 0;
    const double within = std::fmod(std::fabs(position - lo), 2 * span);
    return lo + (within <= span ? within : 2 * span - within);
  }
  // The pixel that tap `at` stands for; -1: none, which is 0.
  int64_t Pixel(double at, Padding padding) const {
    if (padding == Padding::kReflection) at = std::nearbyint(Reflected(at));
    const bool inside = at >= 0 && at <= static_cast<double>(size - 1);
    if (padding == Padding::kZeros && !inside) return -1;
    if (!(at >= 0)) return 0;
    return static_cast<int64_t>(std::min(at, static_cast<double>(size - 1)));
  }
};

// Keys' kernel with a = -0.75 at distance d.
double Cubic(double d) {
  constexpr double a = -0.75;
  d = std::fabs(d);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
}

// The pixels along one axis that a sample is made of, and their weights.
struct TapsAlong {
  int count = 0;
  int64_t pixels[4];
  double weights[4];
};

TapsAlong TapsOf(const GridAxis& axis, double position, Mode mode, Padding padding) {
  TapsAlong taps;
  const auto add = [&](double at, double weight) {
    taps.pixels[taps.count] = axis.Pixel(at, padding);
    taps.weights[taps.count++] = weight;
  };
  if (padding == Padding::kBorder && mode != Mode::kBicubic) {
    position = std::clamp(position, 0.0, static_cast<double>(axis.size - 1));
  } else if (padding == Padding::kReflection && mode != Mode::kBicubic) {
    position = std::clamp(axis.Reflected(position), 0.0, static_cast<double>(axis.size - 1));
  }
  const double down = std::floor(position);
  if (mode == Mode::kNearest) {
    add(std::nearbyint(position), 1);
  } else if (mode == Mode::kBilinear) {
    add(down, 1 - (position - down));
    add(down + 1, position - down);
  } else {
    for (int k = -1; k <= 2; ++k) add(down + k, Cubic(position - down - k));
  }
  return taps;
}

float Sample(const float* image, int64_t width, const TapsAlong& rows, const TapsAlong& columns) {
  double sum = 0;
  for (int r = 0; r < rows.count; ++r) {
    for (int c = 0; c < columns.count; ++c) {
      if (rows.pixels[r] < 0 || columns.pixels[c] < 0) continue;
      sum += rows.weights[r] * columns.weights[c] *
             static_cast<double>(image[rows.pixels[r] * width + columns.pixels[c]]);
    }
  }
  return static_cast<float>(sum);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const std::string mode_name = node.String("mode", "bilinear");
  const std::string padding_name = node.String("padding_mode", "zeros");
  const Mode mode = mode_name == "nearest"   ? Mode::kNearest
                    : mode_name == "bicubic" ? Mode::kBicubic
                                             : Mode::kBilinear;
  const Padding padding = padding_name == "border"       ? Padding::kBorder
                          : padding_name == "reflection" ? Padding::kReflection
                                                         : Padding::kZeros;
  const bool aligned = node.Int("align_corners", 0) != 0;
  const Operand x = lowerer.Dense(node.input(0)), grid = lowerer.Dense(node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t channels = x.shape[1], width = x.shape[3], pixels = x.shape[2] * width;
  const int64_t samples = dst.shape[2] * dst.shape[3];
  const GridAxis down{x.shape[2], aligned}, across{width, aligned};
  lowerer.Add(node, {x, grid}, {dst}, [=](const Frame& frame) -> Status {
    frame.pool->Run(x.shape[0], [&](int64_t n, int) {
      const float* positions = frame.At<const float>(grid) + n * samples * 2;
      for (int64_t i = 0; i < samples; ++i) {
        const TapsAlong columns =
            TapsOf(across, across.Position(positions[2 * i]), mode, padding);
        const TapsAlong rows = TapsOf(down, down.Position(positions[2 * i + 1]), mode, padding);
        for (int64_t c = 0; c < channels; ++c) {
          const int64_t plane = n * channels + c;
          frame.At<float>(dst)[plane * samples + i] =
              Sample(frame.At<const float>(x) + plane * pixels, width, rows, columns);
        }
      }
    });
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering grid_sample;
const Lowering grid_sample = {.op_type = "GridSample", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
