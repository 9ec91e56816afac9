// Pooling, plain loops: the definition in code.
#include <limits>

#include "kernels/pool/variant.h"

namespace assay::pool {
namespace {

// Calls body(src, dst, pixel of the line) for every channel of every pixel.
template <typename T, typename Body>
void ForEach(const Taps<T>& run, int64_t channels, T* dst, Body body) {
  for (int64_t line = 0; line < run.lines; ++line) {
    const T* src = run.src + line * run.line_step;
    T* to = dst + line * run.dst_line_step;
    for (int64_t pixel = 0; pixel < run.pixels; ++pixel) {
      for (int64_t i = 0; i < channels; ++i) {
        body(src + pixel * run.pixel_step + i, to + pixel * run.dst_step + i, pixel);
      }
    }
  }
}

template <typename T, typename Sum>
Sum SumOver(const Taps<T>& run, const T* src, Sum sum) {
  for (int64_t row = 0; row < run.rows; ++row) {
    for (int64_t col = 0; col < run.cols; ++col) {
      sum += src[row * run.row_step + col * run.col_step];
    }
  }
  return sum;
}

template <typename T>
void Max(const Taps<T>& run, int64_t channels, T* dst) {
  using Limits = std::numeric_limits<T>;
  constexpr T kLowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  const int64_t padded = run.padded ? 1 : 0;  // Columns before `src`.
  ForEach(run, channels, dst, [&](const T* src, T* to, int64_t pixel) {
    T best = run.begun ? *to : kLowest, of_row = kLowest;
    for (int64_t row = run.begun ? 1 : 0; row < run.rows; ++row) {
      of_row = kLowest;
      for (int64_t col = pixel == 0 ? padded : 0; col < run.cols; ++col) {
        const T x = src[row * run.row_step + (col - padded) * run.col_step];
        of_row = x > of_row ? x : of_row;
      }
      best = of_row > best ? of_row : best;
    }
    *to = best;
    if (run.next != nullptr) run.next[to - dst] = of_row;
  });
}

void AverageF32(const Taps<float>& run, int64_t channels, float divisor, float* dst) {
  ForEach(run, channels, dst,
          [&](const float* src, float* to, int64_t) { *to = SumOver(run, src, 0.0f) / divisor; });
}

void AverageU8(const Taps<uint8_t>& run, int64_t channels, int32_t offset, float factor,
               int32_t zero_point, uint8_t* dst) {
  ForEach(run, channels, dst, [&](const uint8_t* src, uint8_t* to, int64_t) {
    const auto sum = static_cast<float>(SumOver(run, src, offset));
    *to = static_cast<uint8_t>(RoundClamp(sum * factor, zero_point, 0, 255));
  });
}

}  // namespace

extern const Variant window_scalar = {"window_scalar", Isa::kScalar, Max<float>,
                                      Max<uint8_t>,    AverageF32,   AverageU8};

}  // namespace assay::pool
