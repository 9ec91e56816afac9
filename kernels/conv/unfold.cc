#include "kernels/conv/unfold.h"

#include <algorithm>
#include <cstring>

#include "kernels/base/check.h"

namespace assay::conv {
namespace {

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Every output reads the pixel at its own place.
bool Pointwise(std::span<const UnfoldAxis> axes) {
  return std::ranges::all_of(axes, [](const UnfoldAxis& axis) {
    return axis.kernel == 1 && axis.stride == 1 && axis.pad_begin == 0 &&
           axis.outputs == axis.image;
  });
}

}  // namespace

Unfolding::Unfolding(std::span<const UnfoldAxis> axes, int64_t channels, bool ones)
    : channels_(channels), ones_(ones) {
  ASSAY_CHECK(!axes.empty() && axes.size() <= kMostAxes);
  std::ranges::copy(axes, axes_.end() - static_cast<int64_t>(axes.size()));
  if (Pointwise(axes)) {  // One long line.
    const int64_t whole = pixels();
    axes_ = {};
    axes_[2].image = axes_[2].outputs = whole;
  }
  const UnfoldAxis& x = axes_[2];
  for (int64_t tap = 0; tap < x.kernel; ++tap) {
    const int64_t before =
        x.pad_begin - tap * x.dilation;  // Of output 0, pixels left of the image.
    const int64_t begin = before <= 0 ? 0 : CeilDiv(before, x.stride);
    const int64_t end = x.image + before <= 0 ? 0 : CeilDiv(x.image + before, x.stride);
    begin_.push_back(std::min(begin, x.outputs));
    end_.push_back(std::clamp(end, begin_.back(), x.outputs));
  }
}

size_t Unfolding::RunsOf(const gemm::PanelRequest& request, Runs& runs) const {
  const int64_t width = axes_[2].outputs, height = axes_[1].outputs;
  size_t count = 0;
  for (int64_t at = 0; at < request.columns; at += runs[count++].count) {
    const int64_t output = request.first + at, line = output / width, x = output % width;
    runs[count] = {line / height, line % height, x, std::min(width - x, request.columns - at), at};
  }
  return count;
}

void Unfolding::PackLine(const float* line, const Run& run, int64_t nr, float* to) const {
  const UnfoldAxis& x = axes_[2];
  for (int64_t tap = 0; tap < x.kernel; ++tap, to += nr) {
    const auto i = static_cast<size_t>(tap);
    const int64_t begin =
        line == nullptr ? run.count : std::clamp<int64_t>(begin_[i] - run.x, 0, run.count);
    const int64_t end = std::clamp<int64_t>(end_[i] - run.x, begin, run.count);
    std::fill(to, to + begin, 0.0f);
    const int64_t first = (run.x + begin) * x.stride - x.pad_begin + tap * x.dilation;
    if (x.stride == 1 && begin < end) {
      std::memcpy(to + begin, line + first, static_cast<size_t>(end - begin) * 4);
    } else {
      for (int64_t o = begin; o < end; ++o) to[o] = line[first + (o - begin) * x.stride];
    }
    std::fill(to + end, to + run.count, 0.0f);
  }
}

const float* Unfolding::Pack(const float* image, const gemm::PanelRequest& request) const {
  const auto& [z, y, x] = axes_;
  ASSAY_CHECK(request.format == gemm::RhsFormat::kF32 && request.k == k());
  Runs runs;
  const size_t count = RunsOf(request, runs);
  const int64_t nr = request.nr;
  float* row = request.room;
  for (int64_t channel = 0; channel < channels_; ++channel, image += pixels()) {
    for (int64_t line = 0; line < z.kernel * y.kernel; ++line, row += x.kernel * nr) {
      const int64_t dz = line / y.kernel * z.dilation - z.pad_begin;
      const int64_t dy = line % y.kernel * y.dilation - y.pad_begin;
      for (size_t i = 0; i < count; ++i) {
        const Run& run = runs[i];
        const int64_t at_z = run.z * z.stride + dz, at_y = run.y * y.stride + dy;
        const bool inside = at_z >= 0 && at_z < z.image && at_y >= 0 && at_y < y.image;
        PackLine(inside ? image + (at_z * y.image + at_y) * x.image : nullptr, run, nr,
                 row + run.at);
      }
    }
  }
  if (ones_) std::fill_n(row, request.columns, 1.0f);
  for (int64_t p = 0; p < request.k && request.columns < nr; ++p) {
    std::fill(request.room + p * nr + request.columns, request.room + (p + 1) * nr, 0.0f);
  }
  return request.room;
}

}  // namespace assay::conv
