#include "tests/harness/data/image_files.h"

#include <zlib.h>

#include <cstdio>
#include <cstdlib>

// jpeglib.h needs size_t and FILE before it.
#include <jpeglib.h>

namespace assay::data {
namespace {

std::string BigEndian32(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// window_bits 15: zlib's frame, 31: gzip's.
std::string Compress(const std::string& bytes, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string Deflate(const std::string& bytes) { return Compress(bytes, 15); }
std::string Gzip(const std::string& bytes) { return Compress(bytes, 31); }

std::string PngChunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return BigEndian32(static_cast<uint32_t>(data.size())) + body +
         BigEndian32(static_cast<uint32_t>(crc));
}

std::string PngHeader(uint32_t width, uint32_t height, uint8_t depth, uint8_t color_type) {
  std::string data = BigEndian32(width) + BigEndian32(height);
  data += static_cast<char>(depth);
  data += static_cast<char>(color_type);
  return "\x89PNG\r\n\x1a\n" + PngChunk("IHDR", data + std::string(3, '\0'));
}

std::string Png(uint32_t width, uint32_t height, uint8_t color_type, const std::string& pixels) {
  std::string rows;
  for (size_t y = 0; y < height; ++y) {
    const size_t row = pixels.size() / height;
    rows += '\0' + pixels.substr(y * row, row);  // Filter "none".
  }
  return PngHeader(width, height, 8, color_type) + PngChunk("IDAT", Deflate(rows)) +
         PngChunk("IEND", "");
}

std::string Jpeg(int width, int height, JpegColors colors, const std::vector<uint8_t>& pixel,
                 JpegScans scans) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;  // NOLINT: libjpeg's type
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = static_cast<int>(pixel.size());
  info.in_color_space = colors == JpegColors::kGray  ? JCS_GRAYSCALE
                        : colors == JpegColors::kRgb ? JCS_RGB
                                                     : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  const jpeg_scan_info per_component[] = {
      {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
  if (scans == JpegScans::kProgressive) jpeg_simple_progression(&info);
  if (scans == JpegScans::kOnePerComponent) {
    info.scan_info = per_component;
    info.num_scans = 3;
  }
  info.write_Adobe_marker = colors == JpegColors::kCmyk;
  jpeg_start_compress(&info, TRUE);
  std::vector<uint8_t> row;
  for (int x = 0; x < width; ++x) row.insert(row.end(), pixel.begin(), pixel.end());
  for (int y = 0; y < height; ++y) {
    uint8_t* line = row.data();
    jpeg_write_scanlines(&info, &line, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string file(reinterpret_cast<char*>(bytes), size);
  std::free(bytes);
  return file;
}

}  // namespace assay::data
