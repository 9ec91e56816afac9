// Weights of the exact F(4x4,3x3) of bytes (integers.h).
//
// Rows of G at the points 0, +-1, +-2 and infinity, times 24, or 12 for infinity (the outputs'
// transform makes up for that), so that they are integers:
//   6 0 0   -4 -4 -4   -4 4 -4   1 2 4   1 -2 4   0 0 12
// The magnitudes of a row add up to 12 at most, so that s8 weights, transformed in both dimensions,
// are within 144 x 128 = 18,432: s16.
#pragma once

#include <cstdint>

#include "kernels/base/buffer.h"

namespace assay::winograd {

// 24^2 = 9 << 6, and the inverse of 9 modulo 2^32.
inline constexpr int kShift = 6;
inline constexpr uint32_t kInverseOf9 = 954437177;
static_assert(9 * kInverseOf9 == 1);

// Whether 64 times what any u8 source gives fits int32, for every output channel: so it does for up
// to 114 input channels, whatever their weights. Weights OIHW, 3 x 3.
bool SumsFit(const int8_t* weights, int64_t oc, int64_t c);

// k of a product: even.
inline int64_t PairedChannels(int64_t c) { return c + c % 2; }

// [36][oc][PairedChannels(c)] s16, zero where c is odd.
Buffer ExactWeights(const int8_t* weights, int64_t oc, int64_t c);

}  // namespace assay::winograd
