// CodeUnfolding: an image of codes, of up to three spatial axes, as the right-hand operand of a
// product with weights, as Unfolding is for reals. It reads a copy of the image with its padding in
// place, whose lines are taken apart by stride: pixels 0, stride, ... of the padded line lie side
// by side, then 1, 1 + stride, ..., so that a tap finds those of a line of outputs next to each
// other.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/conv/unfold.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/gemm/code_panel.h"

namespace assay::conv {

class CodeUnfolding {
 public:
  // Whether the copy is not out of proportion to the image, as it is with absurd pads.
  static bool Pays(std::span<const UnfoldAxis> axes);

  // One to three axes, outermost first.
  explicit CodeUnfolding(std::span<const UnfoldAxis> axes);

  int64_t taps() const { return axes_[0].kernel * axes_[1].kernel * axes_[2].kernel; }
  int64_t outputs() const { return axes_[0].outputs * axes_[1].outputs * axes_[2].outputs; }
  int64_t pixels() const { return axes_[0].image * axes_[1].image * axes_[2].image; }
  // Of a channel of the copy. Behind the last one it wants kSlack bytes more.
  int64_t padded_pixels() const { return axis_[0].extent * axis_[1].extent * line_bytes_; }
  static constexpr int64_t kSlack = 16;
  // Whether every output reads the pixel at its own place: the image is the operand as it lies.
  bool pointwise() const { return pointwise_; }

  // The copy of dense channels; codes and padding, which is a code, become their own number ^ flip.
  void Pad(const uint8_t* image, int64_t channels, uint8_t padding, uint8_t flip, uint8_t* copy,
           ThreadPool& pool) const;

  // What Unfold wants of the room for so many channels and columns.
  int64_t room_bytes(int64_t channels, int64_t columns) const;
  // Outputs [first, first + columns), at most 64, of some channels of the copy: row (channel, tap)
  // of the result has the pixels under that tap.
  gemm::CodeMatrix Unfold(const uint8_t* copy, int64_t channels, int64_t first, int64_t columns,
                          uint8_t* room) const;

 private:
  // An axis of the copy: [0, extent) are the padded pixels that windows reach.
  struct Reach {
    int64_t extent = 1;
    int64_t begin = 0, end = 0;  // Those of the image.
  };
  static Reach ReachOf(const UnfoldAxis& axis);
  void PadLine(const uint8_t* line, uint8_t padding, uint8_t flip, uint8_t* to) const;

  std::array<UnfoldAxis, Unfolding::kMostAxes> axes_;
  std::array<Reach, Unfolding::kMostAxes> axis_;
  std::vector<int64_t> phases_;  // Of a line that taps read: in [0, stride).
  int64_t phase_bytes_ = 0, line_bytes_ = 0;
  std::vector<int64_t> taps_;  // Where the first output's pixel is, in a channel.
  bool pointwise_ = false;
};

}  // namespace assay::conv
