// Unfolding: an image of up to three spatial axes as the right-hand operand of a product with
// weights, panel by panel ("im2col"). Row (c, tap) of it has, for every output, the pixel of
// channel c under that tap, or 0 for padding.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/gemm/panel_product.h"

namespace assay::conv {

// One spatial axis: windows of `kernel` pixels, `dilation` apart, start every `stride`.
struct UnfoldAxis {
  int64_t image = 1, kernel = 1, stride = 1, dilation = 1, pad_begin = 0;
  int64_t outputs = 1;
};

class Unfolding {
 public:
  static constexpr size_t kMostAxes = 3;

  // One to three axes, outermost first, of dense channels. `ones`: behind the last row comes one of
  // ones, by which a column of the weights adds the bias.
  Unfolding(std::span<const UnfoldAxis> axes, int64_t channels, bool ones);

  int64_t k() const { return channels_ * taps() + (ones_ ? 1 : 0); }
  int64_t outputs() const { return axes_[0].outputs * axes_[1].outputs * axes_[2].outputs; }
  int64_t pixels() const { return axes_[0].image * axes_[1].image * axes_[2].image; }

  // Packs outputs [request.first, ...) of the image, for RhsFormat::kF32; returns the room.
  const float* Pack(const float* image, const gemm::PanelRequest& request) const;

 private:
  // Outputs next to each other on one line.
  struct Run {
    int64_t z, y, x, count, at;  // The first output; its column in the panel.
  };
  using Runs = std::array<Run, 64>;

  int64_t taps() const { return axes_[0].kernel * axes_[1].kernel * axes_[2].kernel; }
  size_t RunsOf(const gemm::PanelRequest& request, Runs& runs) const;
  // The taps of one line of the kernel: `to` is the panel's row of the first, at the run.
  void PackLine(const float* line, const Run& run, int64_t nr, float* to) const;

  std::array<UnfoldAxis, kMostAxes> axes_;
  int64_t channels_;
  bool ones_;
  std::vector<int64_t> begin_, end_;  // By tap of a line: outputs whose pixels are in the image.
};

}  // namespace assay::conv
