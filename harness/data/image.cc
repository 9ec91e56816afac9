#include "harness/data/image.h"

#include <fmt/format.h>

#include "harness/data/file.h"
#include "harness/data/image_codec.h"

namespace assay::data {

Result<Tensor> DecodeImage(const std::filesystem::path& path) {
  ASSAY_ASSIGN_OR_RETURN(const auto file, ReadFile(path));
  auto image = IsJpeg(file)  ? DecodeJpeg(file)
               : IsPng(file) ? DecodePng(file)
                             : Result<Tensor>(Error("neither a JPEG nor a PNG file"));
  if (!image.ok()) return Error(fmt::format("{}: {}", path.string(), image.message()));
  return image;
}

Status CheckExtents(int64_t width, int64_t height, int64_t max_pixels) {
  if (width < 1 || height < 1) return Error(fmt::format("{} x {} pixels", width, height));
  if (width > kMaxPixels / height) {
    return Error(
        fmt::format("{} x {} pixels, more than {} are refused", width, height, kMaxPixels));
  }
  if (width * height > max_pixels) {
    return Error(
        fmt::format("{} x {} pixels, more than a file of this size can hold", width, height));
  }
  return {};
}

}  // namespace assay::data
