#include <fmt/format.h>
#include <zlib.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#include "harness/data/image_codec.h"

// stb_image inflates whatever the file holds, be it a thousand times what the pixels need: no
// single allocation may have more bytes than this.
static thread_local size_t allowed_bytes = 0;

static void* Allocate(void* old, size_t bytes) {
  return bytes <= allowed_bytes ? std::realloc(old, bytes) : nullptr;
}

#define STBI_MALLOC(bytes) Allocate(nullptr, bytes)
#define STBI_REALLOC(old, bytes) Allocate(old, bytes)
#define STBI_FREE(old) std::free(old)
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

namespace assay::data {
namespace {

constexpr uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
// Deflate's best: 258 bytes for two bits.
constexpr int64_t kMaxInflation = 1032;

uint32_t BigEndian32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

// Walks the chunks (PNG specification, section 5): length, type, data, CRC. stb_image looks at no
// checksum, so that a damaged picture would pass for a picture.
Status CheckChunks(std::span<const uint8_t> file) {
  constexpr size_t kFrame = 12;  // All of a chunk but its data.
  for (size_t begin = sizeof(kSignature); file.size() - begin >= kFrame;) {
    const size_t length = BigEndian32(&file[begin]);
    if (length > file.size() - begin - kFrame) return Error("bad PNG: cut short");
    const auto crc = crc32(0, &file[begin + 4], static_cast<uInt>(length + 4));
    const std::string_view type(reinterpret_cast<const char*>(&file[begin + 4]), 4);
    if (crc != BigEndian32(&file[begin + 8 + length])) {
      return Error(fmt::format("bad PNG: wrong checksum of the chunk at byte {}", begin));
    }
    if (begin == sizeof(kSignature) && (type != "IHDR" || length != 13)) {
      return Error("bad PNG: does not begin with a header");
    }
    if (type == "IEND") return {};
    begin += kFrame + length;
  }
  return Error("bad PNG: cut short");
}

int64_t BitsPerPixel(uint8_t depth, uint8_t color_type) {
  switch (color_type) {
    case 2:
      return 3 * depth;
    case 4:
      return 2 * depth;
    case 6:
      return 4 * depth;
    default:
      return depth;  // Gray or palette; stb_image refuses what does not exist.
  }
}

}  // namespace

bool IsPng(std::span<const uint8_t> file) {
  return file.size() >= sizeof(kSignature) &&
         std::memcmp(file.data(), kSignature, sizeof(kSignature)) == 0;
}

Result<Tensor> DecodePng(std::span<const uint8_t> file) {
  if (file.size() > size_t{std::numeric_limits<int>::max()}) {
    return Error(fmt::format("bad PNG: {} bytes, more than 2 GB are refused", file.size()));
  }
  ASSAY_RETURN_IF_ERROR(CheckChunks(file));
  const uint8_t* const header = file.data() + sizeof(kSignature) + 8;  // IHDR's data.
  const int64_t bits = std::max<int64_t>(1, BitsPerPixel(header[8], header[9]));
  ASSAY_RETURN_IF_ERROR(CheckExtents(BigEndian32(header), BigEndian32(header + 4),
                                     static_cast<int64_t>(file.size()) * kMaxInflation * 8 / bits));
  // The file itself, or what its rows inflate to: 8 bytes for a pixel at most, and one for a row.
  allowed_bytes = 2 * (file.size() + 16 * size_t{BigEndian32(header)} * BigEndian32(header + 4)) +
                  (size_t{1} << 16);
  int width = 0;
  int height = 0;
  int channels = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels,
                            3),
      stbi_image_free);
  const std::string_view reason = pixels ? "" : stbi_failure_reason();
  if (reason == "outofmem") return Error("bad PNG: inflates to far more than its pixels need");
  if (!pixels) return Error(fmt::format("bad PNG: {}", reason));
  const auto bytes = size_t{3} * static_cast<size_t>(width) * static_cast<size_t>(height);
  return Tensor::Of<uint8_t>(Shape{height, width, 3}, std::span(pixels.get(), bytes));
}

}  // namespace assay::data
