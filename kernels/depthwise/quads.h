// Quads: the operand layout of the int8 variants.
//
// A vector holds lanes of 16 bytes. Four image rows, interleaved by byte and then by word within
// each lane, give four vectors v = 0..3 whose dwords are quads: four vertical taps of one channel,
// in a lane that covers 16 channels of one pixel.
//
//   row 0  a0 a1 ... a15          v = 0  a0 b0 c0 d0  a1 b1 c1 d1  a2 ...  a3 ...
//   row 1  b0 b1 ... b15    ->    v = 1  a4 b4 c4 d4  ...
//   row 2  c0 c1 ... c15          v = 2  a8 ...
//   row 3  d0 d1 ... d15          v = 3  a12 b12 c12 d12 ...             d15
//
// One dot product of bytes (vpdpbusd) then adds four taps of a channel. Quads serve as many output
// rows as fit: with three taps, weights (w0 w1 w2 0) give row y and (0 w0 w1 w2) row y + 1.
// Packing the sums of v = 0..3 with saturation undoes the order.
//
// A block is 16, 32 or 64 channels wide. A block narrower than the vector puts neighboring output
// columns in the other lanes, so that 16 channels use all of a 64-byte vector.
#pragma once

#include <cstdint>

#include "kernels/conv/spec.h"

namespace assay::depthwise {

// How vertical taps are grouped into quads.
struct Grouping {
  int64_t groups;  // Quads of rows a step reads.
  int64_t rows;    // Output rows they serve.
};

static inline Grouping GroupRows(int64_t kh, int64_t stride_h, int64_t dilation_h) {
  const int64_t groups = (kh + 3) / 4;
  return {groups, dilation_h == 1 ? (4 * groups - kh) / stride_h + 1 : 1};
}

// Channels of the block that begins with `left` channels still to do: the widest that they fill,
// all but a remainder of fewer than 16.
static inline int64_t BlockWidth(int64_t left, int64_t lanes) {
  int64_t width = 16 * lanes;
  while (width > 16 && width > (left + 15) / 16 * 16) width /= 2;
  return width;
}

// Channel, from the block's first, that dword `dword` of lane `lane` of vector `v` holds.
static inline int64_t QuadChannel(int64_t width, int64_t v, int64_t lane, int64_t dword) {
  return lane * 16 % width + v * 4 + dword;
}

}  // namespace assay::depthwise
