// Transposes of at most four rows of bytes into dense pixels, which is how images enter: 16 columns
// become four registers of four pixels, four bytes each; a shuffle drops the bytes of rows that are
// not there. Include only in variants.
#pragma once

#include <cstring>

#include "kernels/layout/lanes.h"
#include "kernels/layout/variant.h"

namespace assay::layout {
namespace {

class Interleave {
 public:
  // 1 <= rows <= 4.
  explicit Interleave(int64_t rows) : rows_(rows) {
    alignas(16) uint8_t order[16] = {};
    for (int64_t i = 0; i < 4 * rows; ++i) {
      order[i] = static_cast<uint8_t>(i / rows * 4 + i % rows);
    }
    order_ = _mm_load_si128(reinterpret_cast<const __m128i*>(order));
  }

  static bool Takes(const Tile& tile) {
    return tile.rows >= 1 && tile.rows <= 4 && tile.dst_stride == tile.rows;
  }

  // Rows `stride` apart, of which whole vectors may be read beyond `cols`.
  void operator()(const uint8_t* src, int64_t stride, int64_t cols, uint8_t* dst) const {
    int64_t col = 0;
    // A register's 16 bytes reach at most 12 into the next 4 pixels.
    for (; col + 28 <= cols; col += 16) Sixteen(src + col, stride, dst + col * rows_);
    for (; col < cols; col += 16) {
      uint8_t pixels[64 + 12];
      Sixteen(src + col, stride, pixels);
      const int64_t count = cols - col < 16 ? cols - col : 16;
      std::memcpy(dst + col * rows_, pixels, static_cast<size_t>(count * rows_));
    }
  }

 private:
  [[gnu::always_inline]] void Sixteen(const uint8_t* src, int64_t stride, uint8_t* dst) const {
    const __m128i a = Row(src, stride, 0), b = Row(src, stride, 1);
    const __m128i c = Row(src, stride, 2), d = Row(src, stride, 3);
    const __m128i ab_lo = _mm_unpacklo_epi8(a, b), ab_hi = _mm_unpackhi_epi8(a, b);
    const __m128i cd_lo = _mm_unpacklo_epi8(c, d), cd_hi = _mm_unpackhi_epi8(c, d);
    Four(_mm_unpacklo_epi16(ab_lo, cd_lo), dst);
    Four(_mm_unpackhi_epi16(ab_lo, cd_lo), dst + 4 * rows_);
    Four(_mm_unpacklo_epi16(ab_hi, cd_hi), dst + 8 * rows_);
    Four(_mm_unpackhi_epi16(ab_hi, cd_hi), dst + 12 * rows_);
  }
  [[gnu::always_inline]] __m128i Row(const uint8_t* src, int64_t stride, int row) const {
    return Lanes128::Load(src + (row < rows_ ? row : 0) * stride, 0);
  }
  [[gnu::always_inline]] void Four(__m128i pixels, uint8_t* dst) const {
    Lanes128::Store(dst, _mm_shuffle_epi8(pixels, order_));
  }

  int64_t rows_;
  __m128i order_;
};

}  // namespace
}  // namespace assay::layout
