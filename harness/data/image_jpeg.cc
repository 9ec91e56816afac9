#include <fmt/format.h>

#include <csetjmp>
#include <cstdio>

// jpeglib.h needs size_t and FILE before it.
#include <jerror.h>
#include <jpeglib.h>

#include "harness/data/image_codec.h"

namespace assay::data {
namespace {

// A block of 8 x 8 samples costs one bit at least (Huffman codes have no shorter word).
constexpr int64_t kMaxPixelsPerByte = 8 * 64;
// Real progressive files have about ten; each further scan walks all pixels again.
constexpr int kMaxScans = 100;

// What leaves the picture as it was meant. Every other warning of libjpeg means wrong pixels.
bool IsHarmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_ADOBE_XFORM ||
         warning == JWRN_JFIF_MAJOR || warning == JWRN_BOGUS_ICC;
}

// libjpeg reports errors by a callback that must not return. Each public function sets the jump
// target anew, and holds no object with a destructor that a jump would skip.
class JpegDecoder {
 public:
  JpegDecoder() {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) { Fail(info); };
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0 && !IsHarmless(info->err->msg_code)) Fail(info);
    };
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = [](j_common_ptr info) {
      auto* decoder = static_cast<JpegDecoder*>(info->client_data);
      if (decoder->info_.input_scan_number <= kMaxScans) return;
      std::snprintf(decoder->message_, sizeof(message_), "more than %d scans", kMaxScans);
      std::longjmp(decoder->target_, 1);
    };
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  bool ReadHeader(std::span<const uint8_t> file) {
    if (setjmp(target_)) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, file.data(), static_cast<unsigned long>(file.size()));  // NOLINT
    jpeg_read_header(&info_, TRUE);
    is_cmyk_ = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = is_cmyk_ ? JCS_CMYK : JCS_RGB;
    return true;
  }

  // rgb: height() * width() * 3.
  bool ReadPixels(uint8_t* rgb) {
    if (setjmp(target_)) return false;
    jpeg_start_decompress(&info_);
    auto* cmyk = static_cast<uint8_t*>(info_.mem->alloc_large(
        reinterpret_cast<j_common_ptr>(&info_), JPOOL_IMAGE, size_t{info_.output_width} * 4));
    while (info_.output_scanline < info_.output_height) {
      uint8_t* const out = rgb + size_t{info_.output_scanline} * info_.output_width * 3;
      uint8_t* row = is_cmyk_ ? cmyk : out;
      jpeg_read_scanlines(&info_, &row, 1);
      if (is_cmyk_) CmykToRgb(cmyk, out);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  int64_t width() const { return info_.image_width; }
  int64_t height() const { return info_.image_height; }
  const char* message() const { return message_; }

 private:
  [[noreturn]] static void Fail(j_common_ptr info) {
    auto* decoder = static_cast<JpegDecoder*>(info->client_data);
    info->err->format_message(info, decoder->message_);
    std::longjmp(decoder->target_, 1);
  }

  // Adobe's files store the inks inverted.
  void CmykToRgb(const uint8_t* cmyk, uint8_t* rgb) const {
    const int flip = info_.saw_Adobe_marker ? 0 : 255;
    for (JDIMENSION x = 0; x < info_.output_width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int light = (cmyk[4 * x + c] ^ flip) * (cmyk[4 * x + 3] ^ flip);
        rgb[3 * x + c] = static_cast<uint8_t>((light + 127) / 255);
      }
    }
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf target_;
  bool is_cmyk_ = false;
  char message_[JMSG_LENGTH_MAX] = "";
};

}  // namespace

bool IsJpeg(std::span<const uint8_t> file) {
  return file.size() >= 3 && file[0] == 0xff && file[1] == 0xd8 && file[2] == 0xff;
}

Result<Tensor> DecodeJpeg(std::span<const uint8_t> file) {
  JpegDecoder decoder;
  if (!decoder.ReadHeader(file)) return Error(fmt::format("bad JPEG: {}", decoder.message()));
  ASSAY_RETURN_IF_ERROR(CheckExtents(decoder.width(), decoder.height(),
                                     static_cast<int64_t>(file.size()) * kMaxPixelsPerByte));
  Tensor image(DType::kU8, Shape{decoder.height(), decoder.width(), 3});
  if (!decoder.ReadPixels(image.as<uint8_t>().data())) {
    return Error(fmt::format("bad JPEG: {}", decoder.message()));
  }
  return image;
}

}  // namespace assay::data
