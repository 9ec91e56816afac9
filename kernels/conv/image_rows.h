// ImageRows: the row source of a convolution, or of a band of its columns. Row r of the product is
// output pixel r of n x oh x the band's width. A tap of it is a run of `tap_width` pixels of a kernel row, in place in the NHWC image, or
// padding. Usually the run is one pixel. With few channels it is the whole kernel row, which is
// contiguous: 7 x 3 bytes waste 3 of 24 where 7 times 3 bytes waste 7 of 28. Then runs that hang
// over the left or right edge of the image, and only they, are copied.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/divisor.h"
#include "kernels/conv/spec.h"
#include "kernels/gemm/product.h"

namespace assay::conv {

// What is known at plan time. Offsets in bytes.
struct TapTable {
  ConvSpec spec;
  int64_t element_bytes = 1, pixel_bytes = 0, group_bytes = 0;
  int64_t tap_width = 1;         // Pixels of a tap: 1 or kw.
  std::vector<int64_t> offsets;  // Of each tap, from the pixel under the kernel's first.
  Divisor oh;
  // Output pixels of a row whose taps lie within the image's width: [inner_begin, inner_end).
  int64_t inner_begin = 0, inner_end = 0;
  // Taps that are padding for a whole tile are left out: the padding contributes nothing.
  bool skip_padding = false;

  TapTable() = default;
  TapTable(const ConvSpec& spec, int64_t element_bytes, bool skip_padding);

  int64_t taps() const { return static_cast<int64_t>(offsets.size()); }
  int64_t k() const { return tap_width * (spec.c / spec.groups); }
  // Of a tap, with room to read on to whole steps of k.
  int64_t row_bytes() const { return (k() + 3) * element_bytes; }
  // Less than the integer kernels take at a time.
  bool short_rows() const { return element_bytes == 1 && k() < 4; }
  // Of the copies, per output pixel.
  int64_t scratch_bytes() const {
    return tap_width > 1 || short_rows() ? taps() * row_bytes() : 0;
  }
};

// Columns [begin, begin + width) of the output. Its results are rows at even distances within a line
// of the output; a single column's, those of all lines.
struct Band {
  int64_t begin;
  Divisor width;
  int64_t line_rows;  // From line to line: ow, or 1.

  Band(int64_t begin_, int64_t end_, int64_t ow)
      : begin(begin_), width(end_ - begin_), line_rows(end_ - begin_ == 1 ? 1 : ow) {}
  int64_t end() const { return begin + width.value(); }
};

// Whether kernel rows are taken whole.
bool WholeKernelRows(const ConvSpec& spec);

class ImageRows {
 public:
  // padding: row_bytes() of the source's zero point.
  ImageRows(const TapTable& table, const Band& band, const void* src, const void* padding)
      : table_(table),
        band_(band),
        src_(static_cast<const uint8_t*>(src)),
        padding_(static_cast<const uint8_t*>(padding)) {}

  gemm::RowSpan operator()(const gemm::TileRows& request, gemm::Tile& tile) const;

 private:
  // Rows at even distances, without a table, if the m output pixels from (oy, ox) on lie in one line
  // and all their taps within the image's width. Returns whether.
  bool SetEven(const gemm::TileRows& request, int64_t image, int64_t oy, int64_t ox,
               gemm::Tile& tile) const;
  // A table, for any rows.
  void SetTable(const gemm::TileRows& request, int64_t image, int64_t oy, int64_t ox,
                gemm::Tile& tile) const;
  // Fill rows [i, i + count) of every tap for the output pixels (image, oy, ox) and on, in one
  // output row. Return whether all of it lies inside the image.
  bool FillRun(const gemm::TileRows& tile, int64_t i, int64_t count, int64_t image, int64_t oy,
               int64_t ox) const;
  void FillInner(const gemm::TileRows& tile, int64_t i, int64_t count, int64_t image, int64_t oy,
                 int64_t ox) const;
  void FillEdge(const gemm::TileRows& tile, int64_t i, int64_t image, int64_t oy, int64_t ox) const;
  // How far to go in k: on to a whole step, if that may be read past the taps of a tile whose last
  // output line is oy of `image`; behind them come pixels of the image, unless others' channels lie
  // between them, or its end.
  int64_t DepthOf(const gemm::TileRows& request, int64_t image, int64_t oy) const;
  // One tap: kernel row at image row y, first pixel x.
  const void* Tap(const uint8_t* image_row, int64_t x, uint8_t* copy) const;
  // Copies rows to where they may be read on to a whole step.
  void CopyShortRows(const gemm::TileRows& request, gemm::Tile& tile) const;
  void DropPaddingTaps(const gemm::TileRows& request, gemm::Tile& tile) const;

  const TapTable& table_;
  const Band& band_;
  const uint8_t* src_;
  const uint8_t* padding_;
};

}  // namespace assay::conv
