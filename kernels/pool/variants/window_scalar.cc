// Pooling, plain loops: the definition in code.
#include <limits>

#include "kernels/pool/variant.h"

namespace assay::pool {
namespace {

template <typename T, typename Sum, typename Reduce>
Sum Over(const Taps<T>& taps, int64_t channel, Sum sum, Reduce reduce) {
  for (int64_t row = 0; row < taps.rows; ++row) {
    for (int64_t col = 0; col < taps.cols; ++col) {
      sum = reduce(sum, taps.src[row * taps.row_step + col * taps.col_step + channel]);
    }
  }
  return sum;
}

template <typename T>
void Max(const Taps<T>& taps, int64_t channels, T* dst) {
  using Limits = std::numeric_limits<T>;
  const T lowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  for (int64_t i = 0; i < channels; ++i) {
    dst[i] = Over(taps, i, lowest, [](T best, T x) { return x > best ? x : best; });
  }
}

void AverageF32(const Taps<float>& taps, int64_t channels, float divisor, float* dst) {
  for (int64_t i = 0; i < channels; ++i) {
    dst[i] = Over(taps, i, 0.0f, [](float sum, float x) { return sum + x; }) / divisor;
  }
}

void AverageU8(const Taps<uint8_t>& taps, int64_t channels, int32_t offset, float factor,
               int32_t zero_point, uint8_t* dst) {
  for (int64_t i = 0; i < channels; ++i) {
    const int32_t sum = Over(taps, i, offset, [](int32_t sum, int32_t q) { return sum + q; });
    dst[i] = static_cast<uint8_t>(RoundClamp(static_cast<float>(sum) * factor, zero_point, 0, 255));
  }
}

}  // namespace

extern const Variant window_scalar = {"window_scalar", Isa::kScalar, Max<float>,
                                      Max<uint8_t>,    AverageF32,   AverageU8};

}  // namespace assay::pool
