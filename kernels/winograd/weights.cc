#include "kernels/winograd/weights.h"

#include <array>
#include <span>

#include "kernels/winograd/points.h"

namespace assay::winograd {
namespace {

using Row = std::array<double, 3>;
using Matrix = std::array<Row, 6>;  // G, the first p rows.

// Row i is (1, x, x^2) / product over j != i of (x_i - x_j); the last, of infinity, (0, 0, 1).
Matrix WeightMatrix(std::span<const double> points) {
  Matrix g = {};
  for (size_t i = 0; i < points.size(); ++i) {
    double scale = 1;
    for (size_t j = 0; j < points.size(); ++j) {
      if (j != i) scale /= points[i] - points[j];
    }
    g[i] = {scale, scale * points[i], scale * points[i] * points[i]};
  }
  g[points.size()] = {0, 0, 1};
  return g;
}

double Dot(const Row& a, const Row& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

}  // namespace

Buffer TransformWeights(const float* weights, int64_t oc, int64_t c, int outputs) {
  const Matrix g = WeightMatrix(outputs == 2 ? std::span<const double>(kPoints2) : kPoints4);
  const auto points = static_cast<size_t>(outputs) + 2;
  const int64_t position_step = c * oc;
  Buffer transformed(points * points * static_cast<size_t>(position_step) * sizeof(float));
  for (int64_t at = 0; at < oc * c; ++at) {
    const float* kernel = weights + at * 9;
    std::array<Row, 6> half;  // Row i of G times each column of the kernel, for all i.
    for (size_t i = 0; i < points; ++i) {
      for (size_t j = 0; j < 3; ++j)
        half[i][j] = Dot(g[i], {kernel[j], kernel[3 + j], kernel[6 + j]});
    }
    float* out = transformed.as<float>() + at % c * oc + at / c;
    for (size_t i = 0; i < points; ++i) {
      for (size_t j = 0; j < points; ++j, out += position_step) {
        *out = static_cast<float>(Dot(half[i], g[j]));
      }
    }
  }
  return transformed;
}

}  // namespace assay::winograd
