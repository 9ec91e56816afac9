// The f32 depthwise kernel, for a vector type V (kernels/vector/f32_*.h). Include only in variants.
//
// One vector of channels at a time, up to eight output columns of a row together:
//
//   acc[0..7]   sums of eight neighboring output columns
//   w[0..kw-1]  weights of one kernel row
//   x           one source column, loaded once for all the columns that meet it
//
// For 3x3 with stride 1 a kernel row is 24 FMA, 10 loads of columns, 3 of weights: bound by FMA.
// Rows of padding are skipped. A row of output is cut into groups of 4 to 8 columns, as even as can
// be; source columns that the first and the last group have in the padding are left out, known to
// the compiler (960 channels at 7x7 went from 26 to 16 us). A
// chunk of rows is done for one vector of channels before the next, so that a source row that three
// output rows share comes from the first-level cache.
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "kernels/depthwise/variant.h"
#include "kernels/vector/channels.h"

namespace assay::depthwise {
namespace {

#define ASSAY_INLINE [[gnu::always_inline]] static inline

constexpr int kColumns = 8;
constexpr int64_t kChunkBytes = 512 * 1024;  // Of source: well within the second-level cache.

// One output row for one vector of channels.
struct RowTask {
  const float* src;      // Of the first kernel row inside the image; image column 0.
  const float* weights;  // Of that kernel row.
  const float* bias;
  float* dst;
  const float* residual;          // Or nullptr.
  int64_t kernel_rows;            // Inside the image.
  int64_t rows_ahead;             // To fetch for the next row of output: below these, or none.
  int64_t row_step, column_step;  // Of src: from tap to tap below, from image column to column.
  int64_t dst_step, residual_step;
  int64_t channels;  // 1 to the vector's lanes.
  float lo, hi;
};

template <typename V, int kCount, bool kTail>
ASSAY_INLINE void Finish(const RowTask& t, int64_t x, typename V::Float (&acc)[kCount]) {
  const Channels<V, kTail> channels(t.channels);
  if (t.residual != nullptr) {
#pragma GCC unroll 8
    for (int i = 0; i < kCount; ++i) {
      acc[i] = V::Add(acc[i], channels.Load(t.residual + (x + i) * t.residual_step));
    }
  }
  if (t.lo > -HUGE_VALF) {
#pragma GCC unroll 8
    for (int i = 0; i < kCount; ++i) acc[i] = V::AtLeast(acc[i], V::Set(t.lo));
  }
  if (t.hi < HUGE_VALF) {
#pragma GCC unroll 8
    for (int i = 0; i < kCount; ++i) acc[i] = V::AtMost(acc[i], V::Set(t.hi));
  }
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) channels.Store(t.dst + (x + i) * t.dst_step, acc[i]);
}

// Output columns [x, x + kCount), whose first tap is at image column `from`. Kernel width and
// stride are constants, the dilation is 1. The first kLeft and the last kRight of the source
// columns lie in the padding.
template <typename V, int kCount, int kKw, int kStride, bool kTail, int kLeft = 0, int kRight = 0>
ASSAY_INLINE void Columns(const RowTask& t, int64_t x, int64_t from) {
  const Channels<V, kTail> channels(t.channels);
  typename V::Float acc[kCount];
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) acc[i] = V::Load(t.bias);
  const float* row = t.src + (from + kLeft) * t.column_step;
  const float* weights = t.weights;
  for (int64_t kh = 0; kh < t.kernel_rows; ++kh) {
    typename V::Float w[kKw];
#pragma GCC unroll 8
    for (int j = 0; j < kKw; ++j) w[j] = V::Load(weights + j * V::kLanes);
    const float* p = row;
#pragma GCC unroll 20
    for (int column = kLeft; column < (kCount - 1) * kStride + kKw - kRight; ++column) {
      const typename V::Float a = channels.Load(p);
#pragma GCC unroll 8
      for (int i = 0; i < kCount; ++i) {
        const int j = column - i * kStride;
        if (j >= 0 && j < kKw) acc[i] = V::MulAdd(a, w[j], acc[i]);
      }
      p += t.column_step;
    }
    row += t.row_step;
    weights += kKw * V::kLanes;
  }
  for (int64_t i = 0; i < t.rows_ahead; ++i, row += t.row_step) {
    const float* p = row;
#pragma GCC unroll 20
    for (int column = kLeft; column < (kCount - 1) * kStride + kKw - kRight; ++column) {
      __builtin_prefetch(p);
      p += t.column_step;
    }
  }
  Finish<V, kCount, kTail>(t, x, acc);
}

// The same for any kernel: taps [j_begin, j_end) of kw lie inside the image, the first of them at
// image column `from`.
template <typename V, int kCount, bool kTail>
ASSAY_INLINE void AnyColumns(const RowTask& t, const ConvSpec& s, int64_t x, int64_t from,
                             int64_t j_begin, int64_t j_end) {
  const Channels<V, kTail> channels(t.channels);
  typename V::Float acc[kCount];
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) acc[i] = V::Load(t.bias);
  for (int64_t kh = 0; kh < t.kernel_rows; ++kh) {
    const float* tap = t.src + kh * t.row_step + from * t.column_step;
    for (int64_t j = j_begin; j < j_end; ++j) {
      const typename V::Float w = V::Load(t.weights + (kh * s.kw + j) * V::kLanes);
      const float* p = tap;
#pragma GCC unroll 8
      for (int i = 0; i < kCount; ++i) {
        acc[i] = V::MulAdd(channels.Load(p), w, acc[i]);
        p += s.stride_w * t.column_step;
      }
      tap += s.dilation_w * t.column_step;
    }
  }
  Finish<V, kCount, kTail>(t, x, acc);
}

// Output columns whose taps all lie inside the image: [begin, end).
struct Interior {
  int64_t begin, end;
};

ASSAY_INLINE Interior InteriorOf(const ConvSpec& s, int64_t ow) {
  const int64_t begin = (s.pad_left + s.stride_w - 1) / s.stride_w;
  const int64_t last = s.w - 1 - (s.kw - 1) * s.dilation_w + s.pad_left;  // Of the first tap.
  const int64_t end = last < 0 ? 0 : last / s.stride_w + 1;
  return {std::min(begin, ow), std::max(std::min(end, ow), std::min(begin, ow))};
}

// Columns [begin, end), of which some taps lie in the padding.
template <typename V, bool kTail>
ASSAY_INLINE void EdgeColumns(const RowTask& t, const ConvSpec& s, int64_t begin, int64_t end) {
  for (int64_t x = begin; x < end; ++x) {
    const int64_t first = x * s.stride_w - s.pad_left, d = s.dilation_w;
    const int64_t j_begin = first < 0 ? std::min(s.kw, (-first + d - 1) / d) : 0;
    const int64_t j_end = first >= s.w ? 0 : std::min(s.kw, (s.w - first + d - 1) / d);
    AnyColumns<V, 1, kTail>(t, s, x, first + j_begin * d, j_begin, j_end);
  }
}

template <typename V, int kKw, int kStride, bool kTail>
[[gnu::noinline]] void DoRow(const RowTask& t, const ConvSpec& s, int64_t ow) {
  const Interior interior = InteriorOf(s, ow);
  EdgeColumns<V, kTail>(t, s, 0, interior.begin);
  int64_t x = interior.begin;
  const auto some = [&](auto count) __attribute__((always_inline)) {
    constexpr int kCount = decltype(count)::value;
    for (; x + kCount <= interior.end; x += kCount) {
      const int64_t from = x * s.stride_w - s.pad_left;
      if constexpr (kKw != 0) {
        Columns<V, kCount, kKw, kStride, kTail>(t, x, from);
      } else {
        AnyColumns<V, kCount, kTail>(t, s, x, from, 0, s.kw);
      }
    }
  };
  some(std::integral_constant<int, kColumns>());
  if constexpr (kKw != 0) {
    some(std::integral_constant<int, 4>());
    some(std::integral_constant<int, 2>());
  }
  some(std::integral_constant<int, 1>());
  EdgeColumns<V, kTail>(t, s, interior.end, ow);
}

// One group of columns of the full width of a vector.
using Group = void (*)(const RowTask& t, int64_t x, int64_t from);
constexpr int kSmallestGroup = 4;

template <typename V, int kCount, int kKw, int kStride, int kLeft, int kRight>
[[gnu::noinline]] void DoGroup(const RowTask& t, int64_t x, int64_t from) {
  Columns<V, kCount, kKw, kStride, false, kLeft, kRight>(t, x, from);
}

// Of kSmallestGroup to kColumns columns.
template <typename V, int kKw, int kStride, int kLeft, int kRight, int... kMore>
ASSAY_INLINE Group GroupOf(int64_t count, std::integer_sequence<int, kMore...>) {
  static constexpr Group kGroups[] = {
      &DoGroup<V, kSmallestGroup + kMore, kKw, kStride, kLeft, kRight>...};
  return kGroups[count - kSmallestGroup];
}

// left and right: source columns of the group in the padding, as Cuttable admits them.
template <typename V, int kKw, int kStride>
ASSAY_INLINE Group GroupOf(int64_t count, int64_t left, int64_t right) {
  constexpr auto kCounts = std::make_integer_sequence<int, kColumns - kSmallestGroup + 1>();
  constexpr int kHalf = kKw / 2;
  if (left == 0 && right == 0) return GroupOf<V, kKw, kStride, 0, 0>(count, kCounts);
  if (right == 0) return GroupOf<V, kKw, kStride, kHalf, 0>(count, kCounts);
  if (left == 0 && right == 1) return GroupOf<V, kKw, kStride, 0, 1>(count, kCounts);
  if (left == 0) return GroupOf<V, kKw, kStride, 0, kHalf>(count, kCounts);
  if (right == 1) return GroupOf<V, kKw, kStride, kHalf, 1>(count, kCounts);
  return GroupOf<V, kKw, kStride, kHalf, kHalf>(count, kCounts);
}

// How a row of output is cut into groups; none where the kernel or the padding is unusual.
struct Groups {
  int64_t count = 0;
  int64_t width = 0, wider = 0;  // Columns of a group; how many, the last ones, have one more.
  int64_t left = 0, right = 0;   // Source columns in the padding.
};

ASSAY_INLINE Groups GroupsOf(const ConvSpec& s, int64_t ow) {
  const int64_t right = std::max<int64_t>((ow - 1) * s.stride_w - s.pad_left + s.kw - s.w, 0);
  const bool usual = (s.pad_left == 0 || s.pad_left == s.kw / 2) &&
                     (right <= 1 || right == s.kw / 2) && ow >= kSmallestGroup;
  if (!usual) return {};
  const int64_t count = (ow + kColumns - 1) / kColumns;
  return {count, ow / count, ow % count, s.pad_left, right};
}

template <typename V, int kKw, int kStride>
[[gnu::noinline]] void DoGroups(const RowTask& t, const Groups& groups) {
  int64_t x = 0;
  for (int64_t i = 0; i < groups.count; ++i) {
    const int64_t left = i == 0 ? groups.left : 0;
    const int64_t right = i + 1 == groups.count ? groups.right : 0;
    const int64_t width = groups.width + (i >= groups.count - groups.wider ? 1 : 0);
    GroupOf<V, kKw, kStride>(width, left, right)(t, x, x * kStride - groups.left);
    x += width;
  }
}

// Where a row of output lies, whatever the channel.
struct RowPlace {
  int64_t src, dst, residual;       // Elements from the start of each.
  int64_t kernel_row, kernel_rows;  // The first inside the image, and how many.
};

// Output row `row` (of all images).
ASSAY_INLINE RowPlace Locate(const ConvSpec& s, int64_t oh, int64_t ow, int64_t row) {
  const int64_t image = row / oh, d = s.dilation_h;
  const int64_t first = (row - image * oh) * s.stride_h - s.pad_top;
  const int64_t begin = first < 0 ? std::min(s.kh, (-first + d - 1) / d) : 0;
  const int64_t end = first >= s.h ? 0 : std::min(s.kh, (s.h - first + d - 1) / d);
  const int64_t rows = std::max<int64_t>(end - begin, 0);
  // A row that has no tap inside the image points at the image's first.
  const int64_t source_row = image * s.h + (rows > 0 ? first + begin * d : 0);
  return {source_row * s.w * s.src_pixel(), row * ow * s.dst_pixel(), row * ow * s.residual_pixel(),
          begin, rows};
}

// Rows that stand still while the channels go by. Their places are worked out once: the divisions
// took 5 of the 16 us of 960 channels at 7x7.
constexpr int64_t kChunkRows = 64;

template <typename V, int kKw, int kStride>
void RunRows(const Task& task) {
  const ConvSpec& s = *task.spec;
  const int64_t oh = s.oh(), ow = s.ow();
  const int64_t row_bytes = s.w * s.src_pixel() * s.stride_h * 4;
  const int64_t chunk = std::clamp<int64_t>(kChunkBytes / row_bytes, 1, kChunkRows);
  const Groups groups = kKw == 0 ? Groups() : GroupsOf(s, ow);
  const float* const residual =
      task.stage->residual ? static_cast<const float*>(task.residual) : nullptr;
  // Far beyond the second-level cache the next rows are fetched ahead; its prefetcher does not
  // follow steps of a pixel. 112x112x96 went from 543 to 463 us; images of half the size gain
  // nothing.
  const int64_t bytes = (s.h * s.w * s.src_pixel() + oh * ow * s.dst_pixel()) * 4;
  const bool far = bytes > 12 * kChunkBytes;
  RowTask t;
  t.row_step = s.dilation_h * s.w * s.src_pixel();
  t.column_step = s.src_pixel();
  t.dst_step = s.dst_pixel();
  t.residual_step = s.residual_pixel();
  t.lo = task.stage->lo;
  t.hi = task.stage->hi;
  for (int64_t begin = task.row_begin; begin < task.row_end; begin += chunk) {
    RowPlace places[kChunkRows];
    const int64_t count = std::min(chunk, task.row_end - begin);
    for (int64_t i = 0; i < count; ++i) places[i] = Locate(s, oh, ow, begin + i);
    for (int64_t channel = 0; channel < s.c; channel += V::kLanes) {
      const float* weights = static_cast<const float*>(task.weights) + channel * s.kh * s.kw;
      t.bias = static_cast<const float*>(task.bias) + channel;
      t.channels = std::min<int64_t>(s.c - channel, V::kLanes);
      for (const RowPlace* place = places; place != places + count; ++place) {
        t.src = static_cast<const float*>(task.src) + place->src + channel;
        t.weights = weights + place->kernel_row * V::kLanes * s.kw;
        t.dst = static_cast<float*>(task.dst) + place->dst + channel;
        t.residual = residual != nullptr ? residual + place->residual + channel : nullptr;
        t.kernel_rows = place->kernel_rows;
        t.rows_ahead = far && place + 1 != places + count ? s.stride_h : 0;
        if constexpr (kKw != 0) {
          if (t.channels == V::kLanes && groups.count > 0) {
            DoGroups<V, kKw, kStride>(t, groups);
            continue;
          }
        }
        if (t.channels == V::kLanes) {
          DoRow<V, kKw, kStride, false>(t, s, ow);
        } else {
          DoRow<V, kKw, kStride, true>(t, s, ow);
        }
      }
    }
  }
}

// Variant::run.
template <typename V>
void RunTaps(const Task& task) {
  const ConvSpec& s = *task.spec;
  const int64_t kw = s.dilation_w == 1 ? s.kw : 0;
  if (kw == 3 && s.stride_w == 1) return RunRows<V, 3, 1>(task);
  if (kw == 3 && s.stride_w == 2) return RunRows<V, 3, 2>(task);
  if (kw == 5 && s.stride_w == 1) return RunRows<V, 5, 1>(task);
  if (kw == 5 && s.stride_w == 2) return RunRows<V, 5, 2>(task);
  RunRows<V, 0, 0>(task);
}

inline size_t NoScratch(const ConvSpec&) { return 0; }

}  // namespace
}  // namespace assay::depthwise
