#include "kernels/conv/word_image.h"

#include <array>
#include <cstring>

#include "kernels/conv/image_rows.h"
#include "kernels/cpu/split.h"

namespace assay::conv {
namespace {

// Measured: copying a line, beside its bytes; joining a byte to a word.
constexpr double kLineCycles = 20, kBytesPerCycle = 16, kJoinedByteCycles = 0.6;
// Of the multiply-adds saved, reckoned with a fast tier: on a slow one there is more to save.
constexpr double kMacsPerCycle = 64;

struct Line {
  int64_t pixels, distance;
};

// Words of the first kBytes of `from`, and zeros, for every pixel.
template <size_t kBytes>
void JoinLine(const Line& line, const std::array<const uint8_t*, 4>& from, uint8_t* to) {
  for (int64_t ox = 0, i = 0; ox < line.pixels; ++ox, i += line.distance) {
    uint32_t word = from[0][i];
    for (size_t at = 1; at < kBytes; ++at) word |= static_cast<uint32_t>(from[at][i]) << (8 * at);
    std::memcpy(to + i, &word, sizeof(word));
  }
}

}  // namespace

WordImage::WordImage(const ConvSpec& spec)
    : spec_(spec),
      height_(spec.h + spec.pad_top + spec.pad_bottom),
      image_bytes_((spec.w + spec.pad_left + spec.pad_right) * spec.c),
      row_words_(row_bytes() / kWordBytes),
      joined_words_((spec.kh * left_over() + kWordBytes - 1) / kWordBytes) {
  const int64_t areas = (joined_words_ + spec.stride_h - 1) / spec.stride_h;
  line_bytes_ = image_bytes_ + areas * area_bytes();
}

bool WordImage::Pays(const ConvSpec& s) {
  // Joined words are as far apart as pixels: they must not overlap, nor share lines of the copy
  // with those of the next output line.
  if (!WholeKernelRows(s) || s.stride_w * s.c < kWordBytes || s.dilation_h != 1) return false;
  const WordImage image(s);
  const int64_t in_place = s.kh * ((image.row_bytes() + kWordBytes - 1) / kWordBytes);
  const int64_t saved = in_place - image.words();
  const int64_t macs = s.n * s.oh() * s.ow() * s.oc * saved * kWordBytes;
  return static_cast<double>(macs) > image.FillCycles() * kMacsPerCycle;
}

int64_t WordImage::ByteOf(int64_t word, int64_t at) const {
  if (word < spec_.kh * row_words_) {
    return word / row_words_ * row_bytes() + word % row_words_ * kWordBytes + at;
  }
  const int64_t joined = (word - spec_.kh * row_words_) * kWordBytes + at;
  const int64_t row = joined / left_over();
  if (row >= spec_.kh) return -1;
  return row * row_bytes() + row_words_ * kWordBytes + joined % left_over();
}

std::vector<int64_t> WordImage::WordOffsets() const {
  std::vector<int64_t> offsets;
  for (int64_t ky = 0; ky < spec_.kh; ++ky) {
    for (int64_t i = 0; i < row_words_; ++i) offsets.push_back(ky * line_bytes_ + i * kWordBytes);
  }
  for (int64_t joined = 0; joined < joined_words_; ++joined) offsets.push_back(AreaOffset(joined));
  return offsets;
}

double WordImage::FillCycles() const {
  const auto lines = static_cast<double>(spec_.n * height_);
  const auto joined = static_cast<double>(spec_.n * spec_.oh() * spec_.ow() * joined_words_);
  return lines * (kLineCycles + static_cast<double>(image_bytes_) / kBytesPerCycle) +
         joined * kWordBytes * kJoinedByteCycles;
}

void WordImage::Fill(const uint8_t* src, uint8_t padding, uint8_t* copy, ThreadPool& pool) const {
  const int64_t lines = spec_.n * height_, output_lines = spec_.n * spec_.oh();
  const double cycles = FillCycles();
  Split(lines, cycles / 2 / static_cast<double>(lines), pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t line = begin; line < end; ++line) CopyLine(src, padding, line, copy);
  });
  Split(output_lines, cycles / 2 / static_cast<double>(output_lines), pool,
        [&](int64_t begin, int64_t end, int) {
          for (int64_t line = begin; line < end; ++line) JoinWords(line, copy);
        });
}

void WordImage::CopyLine(const uint8_t* src, uint8_t padding, int64_t line, uint8_t* copy) const {
  const int64_t image = line / height_, y = line % height_ - spec_.pad_top;
  uint8_t* to = copy + line * line_bytes_;
  if (y < 0 || y >= spec_.h) {
    std::memset(to, padding, static_cast<size_t>(image_bytes_));
    return;
  }
  const auto left = static_cast<size_t>(spec_.pad_left * spec_.c);
  const auto right = static_cast<size_t>(spec_.pad_right * spec_.c);
  const auto bytes = static_cast<size_t>(spec_.w * spec_.c);
  std::memset(to, padding, left);
  std::memcpy(to + left, src + (image * spec_.h + y) * spec_.w * spec_.c, bytes);
  std::memset(to + left + bytes, padding, right);
}

void WordImage::JoinWords(int64_t output_line, uint8_t* copy) const {
  const int64_t oh = spec_.oh(), first_joined = spec_.kh * row_words_;
  uint8_t* first = copy + PixelOffset(output_line / oh, output_line % oh, 0);
  const Line line = {spec_.ow(), pixel_distance()};
  for (int64_t joined = 0; joined < joined_words_; ++joined) {
    std::array<const uint8_t*, kWordBytes> from;
    int64_t count = 0;
    for (; count < kWordBytes; ++count) {
      const int64_t byte = ByteOf(first_joined + joined, count);
      if (byte < 0) break;
      from[static_cast<size_t>(count)] =
          first + byte / row_bytes() * line_bytes_ + byte % row_bytes();
    }
    uint8_t* to = first + AreaOffset(joined);
    switch (count) {
      case 1:
        JoinLine<1>(line, from, to);
        break;
      case 2:
        JoinLine<2>(line, from, to);
        break;
      case 3:
        JoinLine<3>(line, from, to);
        break;
      default:
        JoinLine<4>(line, from, to);
    }
  }
}

}  // namespace assay::conv
