// The f32 depthwise kernel, for a vector type V (kernels/vector/f32_*.h). Include only in variants.
//
// One vector of channels at a time, up to eight output columns of a row together:
//
//   acc[0..7]   sums of eight neighboring output columns
//   w[0..kw-1]  weights of one kernel row
//   x           one source column, loaded once for all the columns that meet it
//
// and where 32 registers hold them, two rows of output with all nine weights of a 3x3: with stride
// 1, 144 FMA, 40 loads of columns, 9 of weights. 384 channels at 14x14 take 12.5 us, of which the
// FMA alone would take 10.4; a row at a time took 15.5.
//
// A row of output is cut into groups of 4 to 8 columns, as even as can be; source columns that the
// first and the last group have in the padding are left out, known to the compiler (960 channels at
// 7x7 went from 26 to 16 us). Rows of padding are skipped. Each group goes down a run of rows, so
// that a source row that several output rows share comes from the first-level cache, then on to the
// next vector of channels, and after all channels the next group begins. Whole rows of a vector
// before the next vector take up to 25 % longer, rows of all channels before the next row up to 20.
//
// Beyond 8 MB, where DRAM holds some of it, runs are two rows, and each group fetches its share of
// the next two, of source and result: 112x112x96 takes half the time from DRAM, but 5 to 10 % more
// from the third-level cache (smaller images 15 to 30 % more).
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
constexpr int64_t kRunBytes = 512 * 1024;  // Of source: well within the second-level cache.
constexpr int64_t kFarBytes = int64_t{8} << 20;  // Of source and result.
constexpr int64_t kFarRows = 2;                  // Of a run, then.

// One output row for one vector of channels, or the first of a run of them.
struct RowTask {
  const float* src;      // Of the first kernel row inside the image; image column 0.
  const float* weights;  // Of that kernel row.
  const float* bias;
  float* dst;
  const float* residual;  // Or nullptr.
  int64_t kernel_rows;    // Inside the image.
  int64_t taps;           // Of the kernel: vectors of weights per vector of channels.
  // From tap to tap below, from image column to column, from output row to row.
  int64_t tap_step, column_step, src_row;
  int64_t dst_step, residual_step;  // From output column to column.
  int64_t dst_row, residual_row;    // From output row to row.
  int64_t rows;                     // Of the run.
  bool pairs;                       // They may be done in pairs.
  bool far;                         // The next kFarRows are to be fetched.
  int64_t channels;                 // 1 to the vector's lanes; of a run, any number.
  float lo, hi;

  void SkipRows(int64_t n) {
    src += n * src_row;
    dst += n * dst_row;
    if (residual != nullptr) residual += n * residual_row;
  }
  void SkipChannels(int64_t n) {
    src += n;
    weights += n * taps;
    bias += n;
    dst += n;
    if (residual != nullptr) residual += n;
  }
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
    row += t.tap_step;
    weights += kKw * V::kLanes;
  }
  Finish<V, kCount, kTail>(t, x, acc);
}

// Two rows of them, all taps of which lie inside the image from top to bottom.
template <typename V, int kCount, int kKernel, int kStride, int kLeft, int kRight>
ASSAY_INLINE void ColumnPairs(const RowTask& t, int64_t x, int64_t from) {
  typename V::Float upper[kCount], lower[kCount], w[kKernel][kKernel];
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) upper[i] = lower[i] = V::Load(t.bias);
#pragma GCC unroll 9
  for (int j = 0; j < kKernel * kKernel; ++j) {
    w[j / kKernel][j % kKernel] = V::Load(t.weights + j * V::kLanes);
  }
  const float* row = t.src + (from + kLeft) * t.column_step;
#pragma GCC unroll 8
  for (int kh = 0; kh < kKernel + kStride; ++kh) {
    const float* p = row;
#pragma GCC unroll 20
    for (int column = kLeft; column < (kCount - 1) * kStride + kKernel - kRight; ++column) {
      const typename V::Float a = V::Load(p);
#pragma GCC unroll 8
      for (int i = 0; i < kCount; ++i) {
        const int j = column - i * kStride;
        if (j < 0 || j >= kKernel) continue;
        if (kh < kKernel) upper[i] = V::MulAdd(a, w[kh][j], upper[i]);
        if (kh >= kStride) lower[i] = V::MulAdd(a, w[kh - kStride][j], lower[i]);
      }
      p += t.column_step;
    }
    row += t.tap_step;
  }
  Finish<V, kCount, false>(t, x, upper);
  RowTask below = t;
  below.SkipRows(1);
  Finish<V, kCount, false>(below, x, lower);
}

// As Columns, for any kernel: taps [j_begin, j_end) of kw lie inside the image, the first of them
// at image column `from`.
template <typename V, int kCount, bool kTail>
ASSAY_INLINE void AnyColumns(const RowTask& t, const ConvSpec& s, int64_t x, int64_t from,
                             int64_t j_begin, int64_t j_end) {
  const Channels<V, kTail> channels(t.channels);
  typename V::Float acc[kCount];
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) acc[i] = V::Load(t.bias);
  for (int64_t kh = 0; kh < t.kernel_rows; ++kh) {
    const float* tap = t.src + kh * t.tap_step + from * t.column_step;
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

// One group of columns of a run of rows, whole vectors of channels.
using Group = void (*)(const RowTask& t, int64_t x, int64_t from);
constexpr int kSmallestGroup = 4;

// Two rows of a group, its weights and a column.
template <typename V, int kKw>
constexpr bool kPairsFit = 2 * kColumns + kKw * kKw + 1 <= V::kRegisters;

// Fetches into the second-level cache what a group will read and write in the next kFarRows. Each
// vector of channels fetches as many lines as it takes, in order of memory, not those it takes.
template <int kCount, int kStride>
ASSAY_INLINE void FetchNext(const RowTask& run, int64_t x, int64_t from, int64_t channel) {
  constexpr int64_t kLine = 64 / sizeof(float);
  const int64_t vector = channel / kLine;
  const float* src = run.src + std::max<int64_t>(from, 0) * run.column_step +
                     run.kernel_rows * run.tap_step + (run.rows - 1) * run.src_row;
  for (int64_t row = 0; row < kFarRows * kStride; ++row, src += run.tap_step) {
#pragma GCC unroll 16
    for (int64_t i = 0; i < kCount * kStride; ++i) {
      __builtin_prefetch(src + (vector * kCount * kStride + i) * kLine, 0, 2);
    }
  }
  const float* dst = run.dst + x * run.dst_step + run.rows * run.dst_row;
  for (int64_t row = 0; row < kFarRows; ++row, dst += run.dst_row) {
#pragma GCC unroll 8
    for (int64_t i = 0; i < kCount; ++i) {
      __builtin_prefetch(dst + (vector * kCount + i) * kLine, 0, 2);
    }
  }
}

template <typename V, int kCount, int kKw, int kStride, int kLeft, int kRight>
[[gnu::noinline]] void DoGroup(const RowTask& run, int64_t x, int64_t from) {
  RowTask next = run;
  for (int64_t channel = 0; channel < run.channels; channel += V::kLanes) {
    if (run.far && channel % (64 / static_cast<int64_t>(sizeof(float))) == 0) {
      FetchNext<kCount, kStride>(run, x, from, channel);
    }
    RowTask t = next;
    int64_t rows = run.rows;
    if constexpr (kPairsFit<V, kKw>) {
      for (; run.pairs && rows >= 2; rows -= 2) {
        ColumnPairs<V, kCount, kKw, kStride, kLeft, kRight>(t, x, from);
        t.SkipRows(2);
      }
    }
    for (; rows > 0; --rows) {
      Columns<V, kCount, kKw, kStride, false, kLeft, kRight>(t, x, from);
      t.SkipRows(1);
    }
    next.SkipChannels(V::kLanes);
  }
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

// Output rows whose kernel rows lie inside the image alike.
struct Run {
  int64_t rows;
  int64_t kernel_row, kernel_rows;  // The first inside the image, and how many.
  int64_t source_row;               // Where that is, of all images.
};

// The run that begins at output row `row` (of all images), of at most `most` rows.
ASSAY_INLINE Run RunFrom(const ConvSpec& s, int64_t oh, int64_t row, int64_t most) {
  const int64_t image = row / oh, y = row - image * oh, d = s.dilation_h;
  const int64_t first = y * s.stride_h - s.pad_top;
  const int64_t begin = first < 0 ? std::min(s.kh, (-first + d - 1) / d) : 0;
  const int64_t end = first >= s.h ? 0 : std::min(s.kh, (s.h - first + d - 1) / d);
  const int64_t rows = std::max<int64_t>(end - begin, 0);
  // A row that has no tap inside the image points at the image's first.
  const int64_t source_row = image * s.h + (rows > 0 ? first + begin * d : 0);
  if (rows < s.kh) return {1, begin, rows, source_row};
  const int64_t last = (s.h - 1 - (s.kh - 1) * d - first) / s.stride_h;  // With all rows inside.
  return {std::min({last + 1, oh - y, most}), begin, rows, source_row};
}

// The channels that fill no vector, or all where there are no groups.
template <typename V, int kKw, int kStride>
ASSAY_INLINE void DoRest(RowTask run, const ConvSpec& s, int64_t ow) {
  for (int64_t channels = run.channels; channels > 0; channels -= V::kLanes) {
    RowTask t = run;
    t.channels = std::min<int64_t>(channels, V::kLanes);
    for (int64_t row = 0; row < run.rows; ++row) {
      if (t.channels == V::kLanes) {
        DoRow<V, kKw, kStride, false>(t, s, ow);
      } else {
        DoRow<V, kKw, kStride, true>(t, s, ow);
      }
      t.SkipRows(1);
    }
    run.SkipChannels(V::kLanes);
  }
}

template <typename V, int kKw, int kStride>
void RunRows(const Task& task) {
  const ConvSpec& s = *task.spec;
  const int64_t oh = s.oh(), ow = s.ow(), src_row = s.w * s.src_pixel();
  const int64_t bytes = s.n * (s.h * src_row + oh * ow * s.dst_pixel()) * 4;
  const bool far = bytes > kFarBytes;
  const int64_t most =
      far ? kFarRows : std::max<int64_t>(kRunBytes / (src_row * s.stride_h * 4), 1);
  const Groups groups = kKw == 0 ? Groups() : GroupsOf(s, ow);
  RowTask t;
  t.taps = s.kh * s.kw;
  t.tap_step = s.dilation_h * src_row;
  t.column_step = s.src_pixel();
  t.src_row = s.stride_h * src_row;
  t.dst_step = s.dst_pixel();
  t.residual_step = s.residual_pixel();
  t.dst_row = ow * s.dst_pixel();
  t.residual_row = ow * s.residual_pixel();
  t.pairs = s.kh == kKw && s.stride_h == kStride && s.dilation_h == 1;
  t.lo = task.stage->lo;
  t.hi = task.stage->hi;
  for (int64_t row = task.row_begin; row < task.row_end; row += t.rows) {
    const Run run = RunFrom(s, oh, row, std::min(most, task.row_end - row));
    t.src = static_cast<const float*>(task.src) + run.source_row * src_row;
    t.weights = static_cast<const float*>(task.weights) + run.kernel_row * s.kw * V::kLanes;
    t.bias = static_cast<const float*>(task.bias);
    t.dst = static_cast<float*>(task.dst) + row * t.dst_row;
    t.residual = task.stage->residual
                     ? static_cast<const float*>(task.residual) + row * t.residual_row
                     : nullptr;
    t.kernel_rows = run.kernel_rows;
    t.rows = run.rows;
    t.far = far && row + run.rows < task.row_end;
    t.channels = groups.count > 0 ? s.c / V::kLanes * V::kLanes : 0;
    if constexpr (kKw != 0) DoGroups<V, kKw, kStride>(t, groups);
    RowTask rest = t;
    rest.SkipChannels(t.channels);
    rest.channels = s.c - t.channels;
    DoRest<V, kKw, kStride>(rest, s, ow);
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
