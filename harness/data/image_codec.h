// The decoders behind image.h: a whole file in memory -> u8 [h, w, 3]. Errors are the reason only;
// the caller adds the file.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

bool IsJpeg(std::span<const uint8_t> file);
Result<Tensor> DecodeJpeg(std::span<const uint8_t> file);

bool IsPng(std::span<const uint8_t> file);
Result<Tensor> DecodePng(std::span<const uint8_t> file);

// Error: no pixels, more than kMaxPixels, or more than `max_pixels`, which is what a file of this
// size can hold.
Status CheckExtents(int64_t width, int64_t height, int64_t max_pixels);

}  // namespace assay::data
