// WidenedImage: a copy of the image with the padding at its left and right edge in place. Where taps
// are whole kernel rows, those that hang over an edge are copied one by one, for each tile of output
// pixels; where they are many, one copy of the image costs less.
#pragma once

#include <cstdint>

#include "kernels/conv/spec.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::conv {

// The same convolution of the copy: as wide as image and padding, pixels side by side.
ConvSpec Widened(const ConvSpec& spec);

// Whether the copy is reckoned to be cheaper than the taps at the edges.
bool WideningPays(const ConvSpec& spec, int64_t element_bytes);

// Of the copy.
int64_t WidenedBytes(const ConvSpec& spec, int64_t element_bytes);

// padding: an element's byte, the source's zero point; 0 for floats.
void Widen(const ConvSpec& spec, int64_t element_bytes, const void* src, int padding, void* copy,
           ThreadPool& pool);

}  // namespace assay::conv
