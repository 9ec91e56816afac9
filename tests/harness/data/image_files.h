// Image files of known pixels, made in the test: PNG chunk by chunk, JPEG by libjpeg.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace assay::data {

// Length, type, data and the right CRC.
std::string PngChunk(const std::string& type, const std::string& data);
std::string PngHeader(uint32_t width, uint32_t height, uint8_t depth, uint8_t color_type);

// A PNG of 8 bits per channel; color_type 0: gray, 2: RGB, 4: gray and alpha, 6: RGB and alpha.
// `pixels` row by row, as many bytes per pixel as the type has.
std::string Png(uint32_t width, uint32_t height, uint8_t color_type, const std::string& pixels);

enum class JpegColors { kGray, kRgb, kCmyk };
enum class JpegScans { kBaseline, kProgressive, kOnePerComponent };
// All pixels alike: 1, 3 or 4 components. Adobe's marker, and so inverted inks, for kCmyk.
std::string Jpeg(int width, int height, JpegColors colors, const std::vector<uint8_t>& pixel,
                 JpegScans scans = JpegScans::kBaseline);

std::string Deflate(const std::string& bytes);
std::string Gzip(const std::string& bytes);

}  // namespace assay::data
