#include "kernels/conv/code_unfolding.h"

#include <emmintrin.h>

#include <algorithm>
#include <cstring>

#include "kernels/base/check.h"
#include "kernels/cpu/split.h"

namespace assay::conv {
namespace {

constexpr int64_t kMostColumns = 64;
// A kernel of 3x3 with a dilation of 18 on an image of 33x33 makes 4.4 of 1.
constexpr double kMostGrowth = 16, kSmall = 1024;

bool Pointwise(const UnfoldAxis& axis) {
  return axis.kernel == 1 && axis.stride == 1 && axis.pad_begin == 0 && axis.outputs == axis.image;
}

// Copies whole vectors: what lies behind `count` bytes is anything.
inline void CopyAtLeast(const uint8_t* from, int64_t count, uint8_t* to) {
  for (int64_t i = 0; i < count; i += 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
}

// Outputs next to each other on one line.
struct Run {
  int64_t pixel, count, at;  // The first one's place in a channel; its column in the panel.
};

}  // namespace

CodeUnfolding::Reach CodeUnfolding::ReachOf(const UnfoldAxis& axis) {
  Reach reach;
  reach.extent = (axis.outputs - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  reach.begin = std::min(axis.pad_begin, reach.extent);
  reach.end = std::min(axis.pad_begin + axis.image, reach.extent);
  return reach;
}

bool CodeUnfolding::Pays(std::span<const UnfoldAxis> axes) {
  if (axes.empty() || axes.size() > Unfolding::kMostAxes) return false;
  double pixels = 1, padded = 1;
  for (const UnfoldAxis& axis : axes) {
    const auto kernel = static_cast<double>(axis.kernel), stride = static_cast<double>(axis.stride);
    const double taps = (kernel - 1) * static_cast<double>(axis.dilation);
    const auto outputs = static_cast<double>(axis.outputs);
    pixels *= static_cast<double>(axis.image);
    padded *= &axis == &axes.back() ? (outputs + taps / stride) * std::min(kernel, stride)
                                    : (outputs - 1) * stride + taps + 1;
  }
  return padded <= kMostGrowth * pixels + kSmall;
}

CodeUnfolding::CodeUnfolding(std::span<const UnfoldAxis> axes) {
  ASSAY_CHECK(!axes.empty() && axes.size() <= axes_.size());
  std::ranges::copy(axes, axes_.end() - static_cast<int64_t>(axes.size()));
  pointwise_ = std::ranges::all_of(axes_, Pointwise);
  std::ranges::transform(axes_, axis_.begin(), ReachOf);
  const auto& [z, y, x] = axes_;
  for (int64_t tap = 0; tap < x.kernel; ++tap) phases_.push_back(tap * x.dilation % x.stride);
  std::ranges::sort(phases_);
  phases_.erase(std::ranges::unique(phases_).begin(), phases_.end());
  phase_bytes_ = x.outputs + (x.kernel - 1) * x.dilation / x.stride;
  line_bytes_ = phase_bytes_ * std::ssize(phases_);
  for (int64_t tap = 0; tap < taps(); ++tap) {
    const int64_t tx = tap % x.kernel * x.dilation, ty = tap / x.kernel % y.kernel * y.dilation,
                  tz = tap / x.kernel / y.kernel * z.dilation;
    const auto phase = std::ranges::lower_bound(phases_, tx % x.stride) - phases_.begin();
    taps_.push_back((tz * axis_[1].extent + ty) * line_bytes_ + phase * phase_bytes_ +
                    tx / x.stride);
  }
}

void CodeUnfolding::PadLine(const uint8_t* line, uint8_t padding, uint8_t flip, uint8_t* to) const {
  const Reach& reach = axis_[2];
  const int64_t stride = axes_[2].stride;
  std::memset(to, padding ^ flip, static_cast<size_t>(line_bytes_));
  for (int64_t phase : phases_) {
    // The first pixel of the phase that is in the image, in steps of the stride.
    const int64_t before = std::max<int64_t>(reach.begin - phase + stride - 1, 0) / stride;
    const int64_t end = std::min((reach.end - phase + stride - 1) / stride, phase_bytes_);
    const int64_t shift = phase - axes_[2].pad_begin;
    for (int64_t i = before; i < end; ++i) to[i] = line[shift + i * stride] ^ flip;
    to += phase_bytes_;
  }
}

void CodeUnfolding::Pad(const uint8_t* image, int64_t channels, uint8_t padding, uint8_t flip,
                        uint8_t* copy, ThreadPool& pool) const {
  const auto& [z, y, x] = axis_;
  const int64_t lines = z.extent * y.extent;
  const double cycles = CyclesOfBytes(2 * static_cast<double>(line_bytes_)) + 20;
  Split(channels * lines, cycles, pool, [&, &z = z, &y = y](int64_t begin, int64_t end, int) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t channel = line / lines, at_z = line % lines / y.extent, at_y = line % y.extent;
      uint8_t* to = copy + line * line_bytes_;
      if (at_z < z.begin || at_z >= z.end || at_y < y.begin || at_y >= y.end) {
        std::memset(to, padding ^ flip, static_cast<size_t>(line_bytes_));
        continue;
      }
      const int64_t from_z = at_z - axes_[0].pad_begin, from_y = at_y - axes_[1].pad_begin;
      const int64_t row = (channel * axes_[0].image + from_z) * axes_[1].image + from_y;
      PadLine(image + row * axes_[2].image, padding, flip, to);
    }
  });
}

int64_t CodeUnfolding::room_bytes(int64_t channels, int64_t columns) const {
  return channels * taps() * columns + kSlack;
}

gemm::CodeMatrix CodeUnfolding::Unfold(const uint8_t* copy, int64_t channels, int64_t first,
                                       int64_t columns, uint8_t* room) const {
  ASSAY_CHECK(columns <= kMostColumns);
  const auto& [z, y, x] = axes_;
  Run runs[kMostColumns];
  int64_t count = 0;
  for (int64_t at = 0; at < columns; at += runs[count++].count) {
    const int64_t output = first + at, line = output / x.outputs, at_x = output % x.outputs;
    const int64_t at_z = line / y.outputs * z.stride, at_y = line % y.outputs * y.stride;
    runs[count] = {(at_z * axis_[1].extent + at_y) * line_bytes_ + at_x,
                   std::min(x.outputs - at_x, columns - at), at};
  }
  uint8_t* row = room;
  for (int64_t channel = 0; channel < channels; ++channel, copy += padded_pixels()) {
    for (int64_t tap : taps_) {
      const uint8_t* from = copy + tap;
      // Each run writes on into the next one's place, and the last into the next row's.
      for (int64_t i = 0; i < count; ++i) {
        CopyAtLeast(from + runs[i].pixel, runs[i].count, row + runs[i].at);
      }
      row += columns;
    }
  }
  return {room, columns, channels * taps(), columns};
}

}  // namespace assay::conv
