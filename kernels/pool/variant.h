// One variant of the pooling kernels. VNNI brings nothing here, so the tiers are scalar, avx2 and
// avx512. All give the same bits, f32 included: every channel sums its taps in the same order.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/quant.h"
#include "kernels/cpu/isa.h"

namespace assay::pool {

// How a source is best read; results are the same. In the order of memory, results are kept between
// the rows of a run, or between the taps of each pixel, whose channels fill lines.
enum class Order { kAny, kRows, kTaps };

// A run of output pixels, and the taps that lie inside the image, as many for every pixel: for the
// first one rows x cols source pixels, whose first channel is at `src`.
template <typename T>
struct Taps {
  const T* src = nullptr;
  int64_t rows = 0, cols = 0;
  int64_t row_step = 0, col_step = 0;  // Elements from a tap to the next.
  int64_t pixels = 1;
  int64_t pixel_step = 0,
          dst_step = 0;  // Elements from a pixel's first tap, or result, to the next.
  Order order = Order::kAny;
  // Maxima in any order only: so many runs alike, of output rows below each other.
  int64_t lines = 1, line_step = 0, dst_line_step = 0;
  // Maxima only, not by taps, nor of more than three rows in any order; runs of several pixels,
  // each of which has its third and last column in common with the next. Padded: the first pixel
  // has no first column, and `src` is its second.
  bool padded = false;
  // Maxima by rows only. Begun: the results hold those of the first row already. Next: where those
  // of the last row alone go, too, since it is the first of the windows below; or null.
  bool begun = false;
  T* next = nullptr;
};

// A window without taps has rows == cols == 0.
struct Variant {
  const char* name;
  Isa isa;
  // The first of equals in row order (zeros differ in their sign); NaN never wins.
  void (*max_f32)(const Taps<float>& taps, int64_t channels, float* dst);
  void (*max_u8)(const Taps<uint8_t>& taps, int64_t channels, uint8_t* dst);
  // dst = (taps in row order, summed from zero) / divisor.
  void (*average_f32)(const Taps<float>& taps, int64_t channels, float divisor, float* dst);
  // dst = RoundClamp(float(sum of q + offset) * factor, zero_point, 0, 255).
  void (*average_u8)(const Taps<uint8_t>& taps, int64_t channels, int32_t offset, float factor,
                     int32_t zero_point, uint8_t* dst);
};

// The files of kernels/pool/variants, by name.
std::span<const Variant* const> AllVariants();

// The widest one within `usable`.
const Variant& Pick(IsaSet usable);

}  // namespace assay::pool
