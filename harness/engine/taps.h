// Taps: which elements of an image, of any number of spatial axes, a window covers. For operators
// that are plain loops.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "harness/engine/operand.h"
#include "harness/engine/window.h"

namespace assay::engine {

class Taps {
 public:
  explicit Taps(const std::vector<WindowAxis>& axes) : rank_(axes.size()) {
    std::copy(axes.begin(), axes.end(), axes_.begin());
  }

  int64_t pixels() const { return Product(&WindowAxis::image); }
  int64_t kernel() const { return Product(&WindowAxis::kernel); }
  // The most taps of a window that lie in the image.
  int64_t most() const {
    int64_t product = 1;
    for (size_t i = 0; i < rank_; ++i) product *= std::min(axes_[i].kernel, axes_[i].image);
    return product;
  }
  int64_t outputs() const { return Product(&WindowAxis::outputs); }

  // body(tap, pixel) for every tap of output `output` that lies in the image, in order: row-major
  // indices into the kernel and the image.
  template <typename Body>
  void Visit(int64_t output, const Body& body) const {
    VisitAxis<Covered>(0, CoordinatesOf(output, &WindowAxis::outputs), 0, 0, body);
  }
  // The same for the transposed convolution: the pixels that contribute to an output.
  template <typename Body>
  void VisitTransposed(int64_t output, const Body& body) const {
    VisitAxis<Contributing>(0, CoordinatesOf(output, &WindowAxis::outputs), 0, 0, body);
  }

  // Taps of the output that lie in the image or its padding.
  int64_t CountPadded(int64_t output) const {
    const Coordinates at = CoordinatesOf(output, &WindowAxis::outputs);
    int64_t count = 1;
    for (size_t i = 0; i < rank_; ++i) {
      const WindowAxis& axis = axes_[i];
      const int64_t room = axis.image + axis.pad_begin + axis.pad_end - at[i] * axis.stride;
      count *= std::min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
    }
    return count;
  }

  // The row-major index of a pixel as it is where the first axis varies fastest.
  int64_t ColumnMajor(int64_t pixel) const {
    const Coordinates at = CoordinatesOf(pixel, &WindowAxis::image);
    int64_t index = 0;
    for (size_t i = rank_; i-- > 0;) index = index * axes_[i].image + at[i];
    return index;
  }

 private:
  using Coordinates = std::array<int64_t, kMaxRank>;

  int64_t Product(int64_t WindowAxis::* extent) const {
    int64_t product = 1;
    for (size_t i = 0; i < rank_; ++i) product *= axes_[i].*extent;
    return product;
  }

  Coordinates CoordinatesOf(int64_t index, int64_t WindowAxis::* extent) const {
    Coordinates at{};
    for (size_t i = rank_; i-- > 0; index /= axes_[i].*extent) at[i] = index % (axes_[i].*extent);
    return at;
  }

  // Taps [first, last), of which most hit a pixel; a kernel may be far larger than the image.
  struct Range {
    int64_t first, last;
  };
  // Those k for which lo <= start + k * dilation < hi.
  static Range TapsWithin(const WindowAxis& axis, int64_t start, int64_t lo, int64_t hi) {
    const auto first_from = [&](int64_t place) {
      return place <= start ? 0 : (place - start + axis.dilation - 1) / axis.dilation;
    };
    return {first_from(lo), std::min(axis.kernel, first_from(hi))};
  }

  // The pixel under tap k of output o, or -1.
  struct Covered {
    static Range Taps(const WindowAxis& axis, int64_t o) {
      return TapsWithin(axis, o * axis.stride - axis.pad_begin, 0, axis.image);
    }
    static int64_t Pixel(const WindowAxis& axis, int64_t o, int64_t k) {
      return o * axis.stride - axis.pad_begin + k * axis.dilation;
    }
  };
  // The pixel whose tap k lands on output o, or -1.
  struct Contributing {
    static Range Taps(const WindowAxis& axis, int64_t o) {
      // 0 <= o + pad - k * dilation <= (image - 1) * stride.
      const int64_t place = o + axis.pad_begin;
      return TapsWithin(axis, 0, place - (axis.image - 1) * axis.stride, place + 1);
    }
    static int64_t Pixel(const WindowAxis& axis, int64_t o, int64_t k) {
      const int64_t scaled = o + axis.pad_begin - k * axis.dilation;
      return scaled % axis.stride == 0 ? scaled / axis.stride : -1;
    }
  };

  template <typename Relation, typename Body>
  void VisitAxis(size_t i, const Coordinates& output, int64_t tap, int64_t pixel,
                 const Body& body) const {
    if (i == rank_) return body(tap, pixel);
    const WindowAxis& axis = axes_[i];
    const Range taps = Relation::Taps(axis, output[i]);
    for (int64_t k = taps.first; k < taps.last; ++k) {
      const int64_t at = Relation::Pixel(axis, output[i], k);
      if (at >= 0) {
        VisitAxis<Relation>(i + 1, output, tap * axis.kernel + k, pixel * axis.image + at, body);
      }
    }
  }

  std::array<WindowAxis, kMaxRank> axes_;
  size_t rank_;
};

}  // namespace assay::engine
