#include "kernels/gemm/code_panel.h"

#include <emmintrin.h>

#include <algorithm>
#include <cstring>

#include "kernels/base/check.h"

namespace assay::gemm {
namespace {

constexpr int64_t kLanes = 16;        // Columns in a vector.
constexpr int64_t kMostColumns = 64;  // Of a panel.

// Steps of the matrix as [nr][4] int8, which is kS8x4; the other formats are made of it.
class Quads {
 public:
  Quads(const CodeMatrix& matrix, int64_t nr, int64_t first)
      : matrix_(matrix),
        nr_(nr),
        begin_(matrix.data + first),
        columns_(matrix.columns - first),
        end_((matrix.k - 1) * matrix.row_stride + columns_),
        flip_(_mm_set1_epi8(static_cast<char>(matrix.flip))) {}

  // Rows [p, p + 4).
  void Step(int64_t p, uint8_t* to) const {
    const int64_t stride = matrix_.row_stride, whole = nr_ / kLanes * kLanes;
    const bool inside = p + 4 <= matrix_.k && (p + 3) * stride + whole <= end_;
    const int64_t done = inside ? whole : 0;
    const uint8_t* from = begin_ + p * stride;
    for (int64_t column = 0; column < done; column += kLanes, from += kLanes, to += 4 * kLanes) {
      const __m128i rows[4] = {Flipped(from), Flipped(from + stride), Flipped(from + 2 * stride),
                               Flipped(from + 3 * stride)};
      Interleave(rows, to);
    }
    for (int64_t column = done; column < nr_; column += kLanes, to += 4 * kLanes) {
      const __m128i rows[4] = {Load(p, column), Load(p + 1, column), Load(p + 2, column),
                               Load(p + 3, column)};
      if (column + kLanes <= nr_) {
        Interleave(rows, to);
      } else {
        alignas(16) uint8_t all[4 * kLanes];
        Interleave(rows, all);
        std::memcpy(to, all, static_cast<size_t>(4 * (nr_ - column)));
      }
    }
  }

 private:
  __m128i Flipped(const uint8_t* from) const {
    return _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), flip_);
  }

  // Zeros for a row that is not there. Behind the columns it reads on, within the matrix.
  __m128i Load(int64_t p, int64_t column) const {
    if (p >= matrix_.k) return _mm_setzero_si128();
    const int64_t at = p * matrix_.row_stride + column;
    if (at + kLanes <= end_) return Flipped(begin_ + at);
    alignas(16) uint8_t bytes[kLanes] = {};
    const int64_t there = columns_ - column;
    if (there > 0) std::memcpy(bytes, begin_ + at, static_cast<size_t>(std::min(there, kLanes)));
    return _mm_xor_si128(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes)), flip_);
  }

  static void Interleave(const __m128i (&rows)[4], uint8_t* to) {
    const __m128i lo01 = _mm_unpacklo_epi8(rows[0], rows[1]);
    const __m128i hi01 = _mm_unpackhi_epi8(rows[0], rows[1]);
    const __m128i lo23 = _mm_unpacklo_epi8(rows[2], rows[3]);
    const __m128i hi23 = _mm_unpackhi_epi8(rows[2], rows[3]);
    auto* out = reinterpret_cast<__m128i*>(to);
    _mm_storeu_si128(out, _mm_unpacklo_epi16(lo01, lo23));
    _mm_storeu_si128(out + 1, _mm_unpackhi_epi16(lo01, lo23));
    _mm_storeu_si128(out + 2, _mm_unpacklo_epi16(hi01, hi23));
    _mm_storeu_si128(out + 3, _mm_unpackhi_epi16(hi01, hi23));
  }

  const CodeMatrix& matrix_;
  int64_t nr_;
  const uint8_t* begin_;
  int64_t columns_, end_;  // From the first column of the panel.
  __m128i flip_;
};

// kS16x4, from a step of quads.
void WidenStep(const uint8_t* quads, int64_t nr, uint8_t* to) {
  int16_t even[2 * kMostColumns], odd[2 * kMostColumns];
  for (int64_t i = 0; i < 2 * nr; ++i) {
    even[i] = static_cast<int8_t>(quads[2 * i]);
    odd[i] = static_cast<int8_t>(quads[2 * i + 1]);
  }
  const auto bytes = static_cast<size_t>(4 * nr);
  std::memcpy(to, even, bytes);
  std::memcpy(to + bytes, odd, bytes);
}

// kSignMagnitude8x4, from a step of quads; adds to the constants.
void SplitStep(const uint8_t* quads, int64_t nr, uint8_t* to, uint32_t* constants) {
  constexpr int64_t kEight = 32;  // Bytes of eight columns.
  for (int64_t i = 0; i < 4 * nr; ++i) {
    const int32_t w = static_cast<int8_t>(quads[i]);
    uint8_t* out = to + i / kEight * 2 * kEight + i % kEight;
    out[0] = static_cast<uint8_t>(w < 0 ? -w : w);
    out[kEight] = w < 0 ? 0x7f : 0x80;
    constants[i / 4] += static_cast<uint32_t>(w < 0 ? 127 * w : 128 * w);
  }
}

}  // namespace

void PackCodePanel(const CodeMatrix& matrix, const Variant& variant, int64_t first, uint8_t* room) {
  const int64_t nr = variant.nr;
  ASSAY_CHECK(nr <= kMostColumns);
  const Quads quads(matrix, nr, first);
  uint8_t step[4 * kMostColumns];
  uint32_t constants[kMostColumns] = {};
  for (int64_t p = 0; p < std::max<int64_t>(matrix.k, 1); p += 4) {
    switch (variant.rhs) {
      case RhsFormat::kS8x4:
        quads.Step(p, room);
        room += 4 * nr;
        break;
      case RhsFormat::kS16x4:
        quads.Step(p, step);
        WidenStep(step, nr, room);
        room += 8 * nr;
        break;
      case RhsFormat::kSignMagnitude8x4:
        quads.Step(p, step);
        SplitStep(step, nr, room, constants);
        room += 8 * nr;
        break;
      case RhsFormat::kF32:
      case RhsFormat::kF32x16:
      case RhsFormat::kS16x2:
        ASSAY_CHECK(false);
    }
  }
  if (variant.rhs == RhsFormat::kSignMagnitude8x4) {
    std::memcpy(room, constants, static_cast<size_t>(4 * nr));
  }
}

}  // namespace assay::gemm
