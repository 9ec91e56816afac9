// Pooling for vector units: the plain loops, in blocks of channels that stay in registers while the
// taps go by, so that the compiler vectorizes over channels. Every channel still sums its taps in
// the same order, so all tiers give the same bits.
#pragma once

#include <limits>

#include "kernels/pool/variant.h"

namespace assay::pool {
namespace {

// sums[i] = reduce(sums[i], tap[i]) over all taps, for kCount (or, at 0, `count`) channels.
template <int kCount, typename T, typename Sum, typename Reduce>
inline void OverTaps(const Taps<T>& taps, int64_t channel, int64_t count, Sum* sums,
                     Reduce reduce) {
  const int64_t n = kCount > 0 ? kCount : count;
  for (int64_t row = 0; row < taps.rows; ++row) {
    const T* tap = taps.src + row * taps.row_step + channel;
    for (int64_t col = 0; col < taps.cols; ++col, tap += taps.col_step) {
      for (int64_t i = 0; i < n; ++i) sums[i] = reduce(sums[i], tap[i]);
    }
  }
}

// Blocks of kBlock channels, then the rest; finish(sum) makes the result of a channel.
template <int kBlock, typename T, typename Sum, typename Reduce, typename Finish>
inline void ReduceChannels(const Taps<T>& taps, int64_t channels, Sum first, T* dst, Reduce reduce,
                           Finish finish) {
  Sum sums[kBlock];
  int64_t channel = 0;
  for (; channel + kBlock <= channels; channel += kBlock) {
    for (Sum& sum : sums) sum = first;
    OverTaps<kBlock>(taps, channel, kBlock, sums, reduce);
    for (int i = 0; i < kBlock; ++i) dst[channel + i] = finish(sums[i]);
  }
  const int64_t rest = channels - channel;
  if (rest == 0) return;
  for (Sum& sum : sums) sum = first;
  OverTaps<0>(taps, channel, rest, sums, reduce);
  for (int64_t i = 0; i < rest; ++i) dst[channel + i] = finish(sums[i]);
}

template <typename T>
void Max(const Taps<T>& taps, int64_t channels, T* dst) {
  using Limits = std::numeric_limits<T>;
  constexpr T kLowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  ReduceChannels<64 / sizeof(T)>(
      taps, channels, kLowest, dst, [](T best, T x) { return x > best ? x : best; },
      [](T best) { return best; });
}

void AverageF32(const Taps<float>& taps, int64_t channels, float divisor, float* dst) {
  ReduceChannels<32>(
      taps, channels, 0.0f, dst, [](float sum, float x) { return sum + x; },
      [divisor](float sum) { return sum / divisor; });
}

void AverageU8(const Taps<uint8_t>& taps, int64_t channels, int32_t offset, float factor,
               int32_t zero_point, uint8_t* dst) {
  ReduceChannels<32>(
      taps, channels, offset, dst, [](int32_t sum, uint8_t q) { return sum + q; },
      [factor, zero_point](int32_t sum) {
        const float real = static_cast<float>(sum) * factor;
        return static_cast<uint8_t>(RoundClamp(real, zero_point, 0, 255));
      });
}

}  // namespace
}  // namespace assay::pool
