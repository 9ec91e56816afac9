// Operand: where a value lies. A strided view of a buffer, so that transposing, slicing and
// writing into a part of a concatenation cost nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/dtype.h"
#include "kernels/base/shape.h"

namespace assay::engine {

// No tensor has more axes; inference refuses them.
inline constexpr int kMaxRank = 12;

using Strides = std::vector<int64_t>;  // In elements, one per axis of the model's shape.

Strides DenseStrides(const Shape& shape);
// Of an [n, c, h, w] value that lies [n][h][w][c], pixels `pixel` elements apart.
Strides ImageStrides(const Shape& shape, int64_t pixel);

struct Operand {
  int buffer = -1;     // Index into Program::buffers.
  int64_t offset = 0;  // Elements from the start of the buffer to element [0, 0, ...].
  DType dtype = DType::kF32;
  Shape shape;  // As in the model: [n, c, h, w] whatever the order in memory.
  Strides strides;

  int64_t elements() const { return shape.elements(); }
  // Row-major without gaps. Strides of axes of extent 1 do not matter, here and below.
  bool IsDense() const;
  // Elements from a pixel to the next where this is an image: [n, c, h, w] lying [n][h][w][c] with
  // channels contiguous. 0 where it is not.
  int64_t PixelStride() const;
  // Channels lie next to each other, and not in the model's order: an image or a part of one, from
  // which results are best made as images.
  bool ChannelsLast() const;

  // Views of the same elements.
  Operand Permuted(const std::vector<int64_t>& axes) const;
  // Elements start, start + step, ... (extent of them) of one axis; step may be negative.
  Operand Sliced(int axis, int64_t start, int64_t step, int64_t extent) const;
  // Of a dense operand.
  Operand Reshaped(Shape to) const;
  // Strides for reading it as if it had `to`, by numpy's broadcasting.
  Strides BroadcastStrides(const Shape& to) const;
};

}  // namespace assay::engine
