// Shape: the extents of a tensor, outermost first. All extents are >= 0 and their product is
// known to fit, because a Shape that came from a file is built with Shape::Make.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "kernels/base/status.h"

namespace assay {

class Shape {
 public:
  // The most elements a tensor may have; keeps every byte count well inside int64_t.
  static constexpr int64_t kMaxElements = int64_t{1} << 40;

  Shape() = default;  // A scalar: rank 0, one element.
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

  // Checks extents that come from the world: an error for a negative extent or one whose product
  // passes kMaxElements.
  static Result<Shape> Make(std::vector<int64_t> dims);

  int rank() const { return static_cast<int>(dims_.size()); }
  int64_t operator[](int axis) const { return dims_[static_cast<size_t>(axis)]; }
  int64_t& operator[](int axis) { return dims_[static_cast<size_t>(axis)]; }
  const std::vector<int64_t>& dims() const { return dims_; }

  // Product of all extents; 1 for a scalar.
  int64_t elements() const;
  // Product of the extents in [begin, end).
  int64_t elements(int begin, int end) const;
  // "[1, 3, 224, 224]".
  std::string ToString() const;

  bool operator==(const Shape&) const = default;

 private:
  std::vector<int64_t> dims_;
};

}  // namespace assay
