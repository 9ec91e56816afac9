#include "kernels/winograd/exact_weights.h"

#include <algorithm>
#include <array>
#include <limits>

namespace assay::winograd {
namespace {

// Kernels are transformed so many at a time, which the compiler makes vectors of.
constexpr int64_t kKernels = 16;
using Kernels = std::array<int16_t, kKernels>;

// out[row] = G in, both `step` and `out_step` apart.
void Apply(const Kernels* in, size_t step, Kernels* out, size_t out_step) {
  const Kernels &k0 = in[0], &k1 = in[step], &k2 = in[2 * step];
  const auto set = [&](size_t row, size_t at, int value) {
    out[row * out_step][at] = static_cast<int16_t>(value);
  };
  for (size_t at = 0; at < kKernels; ++at) {
    const int outer = k0[at] + k2[at], weighted = k0[at] + 4 * k2[at], middle = k1[at];
    set(0, at, 6 * k0[at]);
    set(1, at, -4 * (outer + middle));
    set(2, at, -4 * (outer - middle));
    set(3, at, weighted + 2 * middle);
    set(4, at, weighted - 2 * middle);
    set(5, at, 12 * k2[at]);
  }
}

}  // namespace

bool SumsFit(const int8_t* weights, int64_t oc, int64_t c) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max() >> kShift;
  for (int64_t channel = 0; channel < oc; ++channel, weights += 9 * c) {
    int64_t positive = 0, negative = 0;
    for (int64_t i = 0; i < 9 * c; ++i) (weights[i] > 0 ? positive : negative) += weights[i];
    if (255 * std::max(positive, -negative) > kMost) return false;
  }
  return true;
}

Buffer ExactWeights(const int8_t* weights, int64_t oc, int64_t c) {
  const int64_t row = PairedChannels(c), position = oc * row;
  Buffer transformed = Buffer::Zeroed(static_cast<size_t>(36 * position) * sizeof(int16_t));
  std::array<Kernels, 9> kernels = {};
  std::array<Kernels, 18> half;  // [point][column of the kernel]
  std::array<Kernels, 36> all;   // [point][point]
  for (int64_t channel = 0; channel < oc; ++channel) {
    for (int64_t begin = 0; begin < c; begin += kKernels) {
      const int64_t n = std::min(kKernels, c - begin);
      for (int64_t at = 0; at < n; ++at) {
        for (size_t i = 0; i < 9; ++i) kernels[i][static_cast<size_t>(at)] = *weights++;
      }
      for (size_t j = 0; j < 3; ++j) Apply(&kernels[j], 3, &half[j], 3);
      for (size_t i = 0; i < 6; ++i) Apply(&half[3 * i], 1, &all[i * 6], 1);
      int16_t* out = transformed.as<int16_t>() + channel * row + begin;
      for (size_t i = 0; i < 36; ++i, out += position) std::copy_n(all[i].begin(), n, out);
    }
  }
  return transformed;
}

}  // namespace assay::winograd
