#include "kernels/pool/pool.h"

#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/cpu/widest.h"
#include "kernels/pool/variant.h"

namespace assay::pool {
namespace {

// Where a window's taps lie along one axis.
struct Span {
  int64_t first = 0;   // Source coordinate of the first tap inside the image.
  int64_t taps = 0;    // Inside the image.
  int64_t padded = 0;  // Inside the image or its padding: an overhang of ceil_mode is neither.
};

struct Axis {
  int64_t extent, kernel, stride, dilation, pad_begin, pad_end;

  Span At(int64_t out) const {
    const int64_t begin = out * stride - pad_begin;
    const int64_t skipped = Before(0, begin);
    return {begin + skipped * dilation, Before(extent, begin) - skipped,
            Before(extent + pad_end, begin)};
  }

 private:
  // How many taps of a window that begins at `begin` lie at coordinates less than `end`.
  int64_t Before(int64_t end, int64_t begin) const {
    return begin >= end ? 0 : std::min(kernel, (end - begin - 1) / dilation + 1);
  }
};

Axis Rows(const ConvSpec& s, int64_t dilation) {
  return {s.h, s.kh, s.stride_h, dilation, s.pad_top, s.pad_bottom};
}
Axis Cols(const ConvSpec& s, int64_t dilation) {
  return {s.w, s.kw, s.stride_w, dilation, s.pad_left, s.pad_right};
}

void Check(const Window& window) {
  const ConvSpec& s = window.spec;
  ASSAY_CHECK(s.n >= 0 && s.h >= 0 && s.w >= 0 && s.c >= 0);
  ASSAY_CHECK(s.kh >= 1 && s.kw >= 1 && s.stride_h >= 1 && s.stride_w >= 1);
  ASSAY_CHECK(s.dilation_h >= 1 && s.dilation_w >= 1);
  ASSAY_CHECK(s.pad_top >= 0 && s.pad_left >= 0 && s.pad_bottom >= 0 && s.pad_right >= 0);
  ASSAY_CHECK(window.oh >= 0 && window.ow >= 0);
  ASSAY_CHECK(s.src_stride == 0 || s.src_stride >= s.c);
  ASSAY_CHECK(s.dst_stride == 0 || s.dst_stride >= s.c);
}

// The runs of an output row: pixels whose windows lie within the image from left to right are one,
// the others one each. How many of the pixels from `ox` on are of the same run.
int64_t RunLength(const Axis& cols, int64_t ox, int64_t ow) {
  const int64_t reach = (cols.kernel - 1) * cols.dilation;
  const int64_t begin = (cols.pad_begin + cols.stride - 1) / cols.stride;
  const int64_t last = cols.extent - 1 - reach + cols.pad_begin;  // Of the first taps, padded.
  const int64_t end = last < 0 ? 0 : std::min(last / cols.stride + 1, ow);
  return ox >= begin && ox < end ? end - ox : 1;
}

// Sources beyond this much are not in the nearer caches. Rows of a window are as many streams,
// which end with the image's rows: the hardware fetches ahead well only within one.
constexpr int64_t kFarBytes = int64_t{1} << 20;
constexpr int64_t kFarPixels = 16;  // Of a run, between fetches.

// Fetches into L2 what the windows below these will read beyond them, unless it ends the source.
template <typename T>
void FetchBelow(const Taps<T>& taps, int64_t rows, int64_t row_elements, const T* end) {
  const int64_t elements = (taps.pixels - 1) * taps.pixel_step + taps.cols * taps.col_step;
  for (int64_t row = taps.rows; row < taps.rows + rows; ++row) {
    const int64_t begin = row * row_elements;
    if (begin + elements > end - taps.src) return;
    for (int64_t i = 0; i < elements; i += 64 / static_cast<int64_t>(sizeof(T))) {
      __builtin_prefetch(taps.src + begin + i, 0, 2);
    }
  }
}

// Calls body(taps, row span, column span, dst) for every run of output pixels. The pixel is the
// unit of parallel work.
template <typename T, typename Body>
void ForEachRun(const Window& window, bool dilated, const T* src, T* dst, ThreadPool& pool,
                Body body) {
  Check(window);
  const ConvSpec& s = window.spec;
  const Axis rows = Rows(s, dilated ? s.dilation_h : 1);
  const Axis cols = Cols(s, dilated ? s.dilation_w : 1);
  const int64_t src_pixel = s.src_stride != 0 ? s.src_stride : s.c;
  const int64_t dst_pixel = s.dst_stride != 0 ? s.dst_stride : s.c;
  // A window may be far larger than its image.
  const double taps_in_image =
      static_cast<double>(std::min(s.kh, s.h)) * static_cast<double>(std::min(s.kw, s.w));
  const double bytes = static_cast<double>(s.c) * (taps_in_image + 1) * sizeof(T);
  const int64_t row_elements = s.w * src_pixel, src_elements = s.n * s.h * row_elements;
  const bool far = src_elements * static_cast<int64_t>(sizeof(T)) > kFarBytes;
  const int64_t most_pixels = far ? kFarPixels : window.ow;
  const double cycles = CyclesOfBytes(bytes);
  Split(s.n * window.oh * window.ow, cycles, pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t pixel = begin, count = 0; pixel < end; pixel += count) {
      const int64_t ox = pixel % window.ow, line = pixel / window.ow;
      count = std::min({RunLength(cols, ox, window.ow), end - pixel, most_pixels});
      const Span row = rows.At(line % window.oh), col = cols.At(ox);
      const bool empty = row.taps == 0 || col.taps == 0;
      const int64_t first =
          empty ? 0 : ((line / window.oh * s.h + row.first) * s.w + col.first) * src_pixel;
      const Taps<T> taps = {.src = src + first,
                            .rows = empty ? 0 : row.taps,
                            .cols = empty ? 0 : col.taps,
                            .row_step = rows.dilation * row_elements,
                            .col_step = cols.dilation * src_pixel,
                            .pixels = count,
                            .pixel_step = cols.stride * src_pixel,
                            .dst_step = dst_pixel};
      if (far && !empty) {
        FetchBelow(taps, window.oh == 1 ? s.h : s.stride_h, row_elements, src + src_elements);
      }
      body(taps, row, col, dst + pixel * dst_pixel);
    }
  });
}

// What an average divides by; at least one, so that an empty window gives zero.
int64_t Count(const Window& window, const Span& row, const Span& col) {
  const int64_t count = window.count_include_pad ? row.padded * col.padded : row.taps * col.taps;
  return std::max<int64_t>(count, 1);
}

}  // namespace

const Variant& Pick(IsaSet usable) { return Widest(AllVariants(), usable); }

void MaxF32(const Window& window, const float* src, float* dst, ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(window, true, src, dst, pool,
             [&](const Taps<float>& taps, const Span&, const Span&, float* to) {
               variant.max_f32(taps, window.spec.c, to);
             });
}

void MaxU8(const Window& window, const uint8_t* src, uint8_t* dst, ThreadPool& pool,
           IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(window, true, src, dst, pool,
             [&](const Taps<uint8_t>& taps, const Span&, const Span&, uint8_t* to) {
               variant.max_u8(taps, window.spec.c, to);
             });
}

void AverageF32(const Window& window, const float* src, float* dst, ThreadPool& pool,
                IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(window, false, src, dst, pool,
             [&](const Taps<float>& taps, const Span& row, const Span& col, float* to) {
               const float divisor = static_cast<float>(Count(window, row, col));
               variant.average_f32(taps, window.spec.c, divisor, to);
             });
}

void AverageU8(const Window& window, QuantParams src_quant, QuantParams dst_quant,
               const uint8_t* src, uint8_t* dst, ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(window, false, src, dst, pool,
             [&](const Taps<uint8_t>& taps, const Span& row, const Span& col, uint8_t* to) {
               const float count = static_cast<float>(Count(window, row, col));
               const float factor = src_quant.scale / (dst_quant.scale * count);
               const int64_t offset = -src_quant.zero_point * taps.rows * taps.cols;
               variant.average_u8(taps, window.spec.c, static_cast<int32_t>(offset), factor,
                                  dst_quant.zero_point, to);
             });
}

}  // namespace assay::pool
