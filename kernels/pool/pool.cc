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
  // Outputs [InnerBegin(), InnerEnd()) are those whose windows lie within the image.
  int64_t InnerBegin() const { return (pad_begin + stride - 1) / stride; }
  int64_t InnerEnd() const {
    const int64_t last = extent - 1 - (kernel - 1) * dilation + pad_begin;  // First tap, padded.
    return last < 0 ? 0 : last / stride + 1;
  }

 private:
  // How many taps of a window that begins at `begin` lie at coordinates less than `end`.
  int64_t Before(int64_t end, int64_t begin) const {
    if (begin >= end) return 0;
    const int64_t last = end - begin - 1;
    return std::min(kernel, (dilation == 1 ? last : last / dilation) + 1);  // Divisions are slow.
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
// the others one each. `joins`: where Taps::padded can say so, the first pixel is of that run, too.
class Runs {
 public:
  Runs(const Axis& cols, int64_t ow, bool joins)
      : begin_(cols.InnerBegin()), end_(std::min(cols.InnerEnd(), ow)) {
    const bool shares = cols.kernel == 3 && cols.stride == 2 * cols.dilation;
    if (joins && shares && cols.pad_begin <= cols.dilation) begin_ = 0;
  }
  // How many of the pixels from `ox` on are of the same run.
  int64_t Length(int64_t ox) const { return ox >= begin_ && ox < end_ ? end_ - ox : 1; }

 private:
  int64_t begin_, end_;
};

// Sources beyond this much are not in the nearer caches. The hardware fetches ahead well only what
// is read in the order of memory: windows as such reach 0.4 to 0.7 of the bandwidth of DRAM, and
// fetches in software, of which few are under way and the others dropped, no more.
constexpr int64_t kFarBytes = int64_t{1} << 20;
// Pixels beyond this are several blocks of vectors.
constexpr int64_t kWidePixelBytes = 256;

template <typename T>
Order FarOrder(const ConvSpec& s) {
  const int64_t pixel_bytes = s.c * static_cast<int64_t>(sizeof(T));
  if (s.n * s.h * s.w * pixel_bytes <= kFarBytes) return Order::kAny;
  return pixel_bytes > kWidePixelBytes ? Order::kTaps : Order::kRows;
}

// Windows of maxima are read by rows from the second-level cache, too, unless those below share
// several of them.
template <typename T>
Order MaxOrder(const Window& window) {
  constexpr int64_t kNearBytes = 16384;  // Half of the nearest cache.
  const ConvSpec& s = window.spec;
  const bool few_shared = s.dilation_h == 1 && s.kh <= s.stride_h + 1;
  if (window.oh > 1 && !few_shared) return Order::kAny;
  const bool near = s.kh * s.w * s.c * static_cast<int64_t>(sizeof(T)) <= kNearBytes;
  return std::max(FarOrder<T>(s), near ? Order::kAny : Order::kRows);
}

// What ForEachRun walks over.
template <typename T>
struct Walk {
  const Window& window;
  Axis rows, cols;
  Order order;
  bool maxima;
  bool shares;  // Rows of taps: maxima by rows do.
  const T* src;
  T* dst;
  int64_t src_pixel = Pixel(window.spec.src_stride), dst_pixel = Pixel(window.spec.dst_stride);
  Runs runs = Runs(cols, window.ow, Joins());

  // Calls body for the runs of pixels [begin, end).
  template <typename Body>
  void Lines(int64_t begin, int64_t end, Body body) const {
    bool begun = false;
    const int64_t line = begin / window.ow;
    int64_t image = line / window.oh, oy = line % window.oh;
    for (int64_t first = line * window.ow, lines; first < end;
         first += lines * window.ow, oy += lines) {
      if (oy == window.oh) ++image, oy = 0;
      lines = first < begin ? 1 : LinesAt(oy, end - first);
      const int64_t last = std::min(first + window.ow, end);
      const Span row = rows.At(oy);
      const bool next = shares && oy + 1 < window.oh && last < end && IsFirst(row, rows.At(oy + 1));
      for (int64_t pixel = std::max(first, begin), count = 0; pixel < last; pixel += count) {
        count = std::min(runs.Length(pixel - first), last - pixel);
        const Span col = cols.At(pixel - first);
        T* to = dst + pixel * dst_pixel;
        Taps<T> taps = TapsAt(image, row, col, count);
        if (lines > 1) {
          taps.lines = lines;
          taps.line_step = rows.stride * window.spec.w * src_pixel;
          taps.dst_line_step = window.ow * dst_pixel;
        }
        if (taps.order == Order::kRows) {
          taps.begun = begun;
          if (next) taps.next = to + window.ow * dst_pixel;
        }
        body(taps, row, col, to);
      }
      begun = next;
    }
  }

 private:
  int64_t Pixel(int64_t stride) const { return stride != 0 ? stride : window.spec.c; }

  // Whether Taps::padded may be said.
  bool Joins() const {
    return maxima && (order == Order::kRows || (order == Order::kAny && window.spec.kh <= 3));
  }

  // From row `oy` on, of so many pixels, how many rows are one run each, and alike. Averages call
  // for each of them: a loop over rows in their kernels made them 2 to 5 % slower from L2.
  int64_t LinesAt(int64_t oy, int64_t pixels) const {
    if (!maxima || order != Order::kAny) return 1;
    if (runs.Length(0) < window.ow || oy < rows.InnerBegin()) return 1;
    const int64_t inner = std::min(rows.InnerEnd(), window.oh) - oy;
    return std::max<int64_t>(std::min(inner, pixels / window.ow), 1);
  }

  // Whether a window's last row is the first one of the window below; not its only one.
  bool IsFirst(const Span& row, const Span& below) const {
    return row.taps > 1 && below.taps > 0 && below.first == row.first + row.taps - 1;
  }

  Taps<T> TapsAt(int64_t image, const Span& row, const Span& col, int64_t pixels) const {
    const ConvSpec& s = window.spec;
    if (row.taps == 0 || col.taps == 0) return {.pixels = pixels, .dst_step = dst_pixel};
    const bool padded = pixels > 1 && col.taps < cols.kernel;
    return {.src = src + ((image * s.h + row.first) * s.w + col.first) * src_pixel,
            .rows = row.taps,
            .cols = padded ? cols.kernel : col.taps,
            .row_step = rows.dilation * s.w * src_pixel,
            .col_step = cols.dilation * src_pixel,
            .pixels = pixels,
            .pixel_step = cols.stride * src_pixel,
            .dst_step = dst_pixel,
            .order = order,
            .padded = padded};
  }
};

// Calls body(taps, row span, column span, dst) for every run of output pixels. The pixel is the
// unit of parallel work, or the row, if rows of taps are shared.
template <typename T, typename Body>
void ForEachRun(const Window& window, bool maxima, Order order, const T* src, T* dst,
                ThreadPool& pool, Body body) {
  Check(window);
  const ConvSpec& s = window.spec;
  const bool shares = maxima && order == Order::kRows && s.kh > s.stride_h && window.oh > 1;
  const Walk<T> walk = {.window = window,
                        .rows = Rows(s, maxima ? s.dilation_h : 1),
                        .cols = Cols(s, maxima ? s.dilation_w : 1),
                        .order = order,
                        .maxima = maxima,
                        .shares = shares,
                        .src = src,
                        .dst = dst};
  // A window may be far larger than its image.
  const double taps_in_image =
      static_cast<double>(std::min(s.kh, s.h)) * static_cast<double>(std::min(s.kw, s.w));
  const double bytes = static_cast<double>(s.c) * (taps_in_image + 1) * sizeof(T);
  Split(
      s.n * window.oh * window.ow, CyclesOfBytes(bytes), pool,
      [&](int64_t begin, int64_t end, int) { walk.Lines(begin, end, body); },
      shares ? window.ow : 1);
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
  ForEachRun(window, true, MaxOrder<float>(window), src, dst, pool,
             [&](const Taps<float>& taps, const Span&, const Span&, float* to) {
               variant.max_f32(taps, window.spec.c, to);
             });
}

void MaxU8(const Window& window, const uint8_t* src, uint8_t* dst, ThreadPool& pool,
           IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(window, true, MaxOrder<uint8_t>(window), src, dst, pool,
             [&](const Taps<uint8_t>& taps, const Span&, const Span&, uint8_t* to) {
               variant.max_u8(taps, window.spec.c, to);
             });
}

void AverageF32(const Window& window, const float* src, float* dst, ThreadPool& pool,
                IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(window, false, FarOrder<float>(window.spec), src, dst, pool,
             [&](const Taps<float>& taps, const Span& row, const Span& col, float* to) {
               const float divisor = static_cast<float>(Count(window, row, col));
               variant.average_f32(taps, window.spec.c, divisor, to);
             });
}

void AverageU8(const Window& window, QuantParams src_quant, QuantParams dst_quant,
               const uint8_t* src, uint8_t* dst, ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(window, false, FarOrder<uint8_t>(window.spec), src, dst, pool,
             [&](const Taps<uint8_t>& taps, const Span& row, const Span& col, uint8_t* to) {
               const float count = static_cast<float>(Count(window, row, col));
               const float factor = src_quant.scale / (dst_quant.scale * count);
               const int64_t offset = -src_quant.zero_point * taps.rows * taps.cols;
               variant.average_u8(taps, window.spec.c, static_cast<int32_t>(offset), factor,
                                  dst_quant.zero_point, to);
             });
}

}  // namespace assay::pool
