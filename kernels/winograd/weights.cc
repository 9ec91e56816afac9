#include "kernels/winograd/weights.h"

#include <algorithm>
#include <array>
#include <span>

#include "kernels/winograd/points.h"

namespace assay::winograd {
namespace {

// Kernels are transformed so many at a time, which the compiler makes vectors of.
constexpr int64_t kKernels = 16;
using Kernels = std::array<double, kKernels>;

// One row of G for each point x: (1, x, x^2) / product over j != i of (x_i - x_j); the last, of
// infinity, is (0, 0, 1). Points are 0 and pairs +-x, whose rows differ in the sign of x alone.
class WeightMatrix {
 public:
  explicit WeightMatrix(std::span<const double> points) : points_(points) {
    for (size_t i = 0; i < points.size(); ++i) {
      scales_[i] = 1;
      for (size_t j = 0; j < points.size(); ++j) {
        if (j != i) scales_[i] /= points[i] - points[j];
      }
    }
  }

  size_t rows() const { return points_.size() + 1; }

  // out[row] = G in, in[0..2] being `step` apart.
  void Apply(const Kernels* in, size_t step, Kernels* out, size_t out_step) const {
    const Kernels &k0 = in[0], &k1 = in[step], &k2 = in[2 * step];
    for (size_t at = 0; at < kKernels; ++at) out[0][at] = scales_[0] * k0[at];
    for (size_t i = 1; i < points_.size(); i += 2) {
      const double s0 = scales_[i], s1 = s0 * points_[i], s2 = s1 * points_[i];
      Kernels &plus = out[i * out_step], &minus = out[(i + 1) * out_step];
      for (size_t at = 0; at < kKernels; ++at) {
        const double even = s0 * k0[at] + s2 * k2[at], odd = s1 * k1[at];
        plus[at] = even + odd;
        minus[at] = even - odd;
      }
    }
    out[points_.size() * out_step] = k2;
  }

 private:
  std::span<const double> points_;
  std::array<double, 5> scales_ = {};
};

}  // namespace

Buffer TransformWeights(const float* weights, int64_t oc, int64_t c, int outputs) {
  const WeightMatrix g(outputs == 2 ? std::span<const double>(kPoints2) : kPoints4);
  const size_t points = g.rows();
  const int64_t count = oc * c;
  Buffer transformed(points * points * static_cast<size_t>(count) * sizeof(float));
  std::array<Kernels, 9> kernels = {};
  std::array<Kernels, 18> half;  // [point][column of the kernel]
  std::array<Kernels, 36> all;   // [point][point]
  for (int64_t begin = 0; begin < count; begin += kKernels) {
    const int64_t n = std::min(kKernels, count - begin);
    for (int64_t at = 0; at < n; ++at) {
      for (size_t i = 0; i < 9; ++i)
        kernels[i][static_cast<size_t>(at)] = weights[(begin + at) * 9 + static_cast<int64_t>(i)];
    }
    for (size_t j = 0; j < 3; ++j) g.Apply(&kernels[j], 3, &half[j], 3);
    for (size_t i = 0; i < points; ++i) g.Apply(&half[3 * i], 1, &all[i * points], 1);
    float* out = transformed.as<float>() + begin;
    for (size_t i = 0; i < points * points; ++i, out += count) {
      std::copy_n(all[i].begin(), n, out);
    }
  }
  return transformed;
}

}  // namespace assay::winograd
