// Decoding of image files: JPEG and PNG, told apart by their first bytes.
#pragma once

#include <filesystem>

#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

// The most pixels an image may have; one that passes it is refused before its pixels are allocated.
inline constexpr int64_t kMaxPixels = int64_t{1} << 27;

// u8 [h, w, 3], RGB. Gray is repeated, an alpha channel dropped, 16 bits cut to 8, CMYK converted.
// Error: neither format, damaged or cut short, or more pixels than a file of that size can hold.
Result<Tensor> DecodeImage(const std::filesystem::path& path);

}  // namespace assay::data
