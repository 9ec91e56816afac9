#include "kernels/conv/image_rows.h"

#include <algorithm>
#include <cstring>

namespace assay::conv {
namespace {

// Above this the loop over a tap is long enough, and copying the edges would cost more. Measured:
// 3x3 32->32 at 16 gains 1.2x, 16->16 at 32 1.3x; 64->64 loses nothing by staying in place.
constexpr int64_t kFewChannels = 32;

}  // namespace

bool WholeKernelRows(const ConvSpec& s) {
  return s.c <= kFewChannels && s.kw > 1 && s.dilation_w == 1 && s.groups == 1 &&
         s.src_pixel() == s.c;
}

TapTable::TapTable(const ConvSpec& s, int64_t element, bool skip)
    : spec(s),
      element_bytes(element),
      pixel_bytes(s.src_pixel() * element),
      group_bytes(s.c / s.groups * element),
      tap_width(WholeKernelRows(s) ? s.kw : 1),
      oh(s.oh()),
      skip_padding(skip) {
  const int64_t width = s.ow();
  const int64_t last_start = s.w - 1 - (s.kw - 1) * s.dilation_w + s.pad_left;
  inner_begin = std::min(width, (s.pad_left + s.stride_w - 1) / s.stride_w);
  inner_end =
      last_start < 0 ? inner_begin : std::clamp(last_start / s.stride_w + 1, inner_begin, width);
  for (int64_t ky = 0; ky < s.kh; ++ky) {
    for (int64_t kx = 0; kx < s.kw; kx += tap_width) {
      offsets.push_back((ky * s.dilation_h * s.w + kx * s.dilation_w) * pixel_bytes);
    }
  }
}

gemm::RowSpan ImageRows::operator()(const gemm::TileRows& request, gemm::Tile& tile) const {
  const int64_t line = band_.width.Quotient(request.first);  // Of the output, of all images.
  const int64_t line_begin = line * band_.width.value();
  const int64_t ox = band_.begin + request.first - line_begin;
  const int64_t image = table_.oh.Quotient(line), oy = line - image * table_.oh.value();
  const int64_t dst_row = line * band_.line_rows + ox - band_.begin;
  if (SetEven(request, image, oy, ox, tile)) {
    const int64_t end = std::min(table_.inner_end, band_.end());
    return {line_begin + end - band_.begin, dst_row};
  }
  SetTable(request, image, oy, ox, tile);
  return {request.first + request.m, dst_row};
}

bool ImageRows::SetEven(const gemm::TileRows& request, int64_t image, int64_t oy, int64_t ox,
                        gemm::Tile& tile) const {
  const ConvSpec& s = table_.spec;
  if (ox < table_.inner_begin || ox + request.m > table_.inner_end) return false;
  const int64_t depth = DepthOf(request, image, oy);
  if (table_.short_rows() && depth < request.packed_k) return false;
  const int64_t y0 = oy * s.stride_h - s.pad_top, y_last = y0 + (s.kh - 1) * s.dilation_h;
  int64_t first_tap = 0, taps = table_.taps();
  if (y0 < 0 || y_last >= s.h) {
    if (!table_.skip_padding) return false;
    const int64_t above = std::min(s.kh, (std::max<int64_t>(0, -y0) + s.dilation_h - 1) / s.dilation_h);
    const int64_t below = std::min(
        s.kh - above, (std::max<int64_t>(0, y_last - s.h + 1) + s.dilation_h - 1) / s.dilation_h);
    first_tap = above * (taps / s.kh);
    taps -= (above + below) * (taps / s.kh);
  }
  const int64_t pixel = (image * s.h + y0) * s.w + ox * s.stride_w - s.pad_left;
  tile.first_row = src_ + pixel * table_.pixel_bytes + request.group * table_.group_bytes;
  tile.row_bytes = s.stride_w * table_.pixel_bytes;
  tile.row_offsets = table_.offsets.data() + first_tap;
  tile.rows = nullptr;
  tile.rhs_offsets = request.panel_offsets + first_tap;
  tile.taps = taps;
  tile.k = depth;
  return true;
}

void ImageRows::SetTable(const gemm::TileRows& request, int64_t image, int64_t oy, int64_t ox,
                         gemm::Tile& tile) const {
  const int64_t oh = table_.oh.value();
  bool inside = true;
  for (int64_t i = 0;;) {
    const int64_t count = std::min(request.m - i, band_.end() - ox);
    inside &= FillRun(request, i, count, image, oy, ox);
    i += count;
    if (i == request.m) break;
    ox = band_.begin;
    if (++oy == oh) {
      oy = 0;
      ++image;
    }
  }
  tile.rows = request.rows;
  tile.rhs_offsets = request.panel_offsets;
  tile.taps = table_.taps();
  tile.k = DepthOf(request, image, oy);
  if (table_.short_rows() && tile.k < request.packed_k) CopyShortRows(request, tile);
  if (!inside && table_.skip_padding) DropPaddingTaps(request, tile);
}

int64_t ImageRows::DepthOf(const gemm::TileRows& request, int64_t image, int64_t oy) const {
  const ConvSpec& s = table_.spec;
  const int64_t k = table_.k();
  if (k == request.packed_k || s.src_pixel() != s.c) return k;
  const int64_t y = std::min(s.h - 1, oy * s.stride_h - s.pad_top + s.dilation_h * (s.kh - 1));
  const int64_t rows_behind = (s.n - image) * s.h - (y + 1);
  const int64_t bytes_behind = rows_behind * s.w * table_.pixel_bytes;
  return bytes_behind >= (request.packed_k - k) * table_.element_bytes ? request.packed_k : k;
}

bool ImageRows::FillRun(const gemm::TileRows& tile, int64_t i, int64_t count, int64_t image,
                        int64_t oy, int64_t ox) const {
  const ConvSpec& s = table_.spec;
  const int64_t y0 = oy * s.stride_h - s.pad_top, y_last = y0 + (s.kh - 1) * s.dilation_h;
  const int64_t end = ox + count;
  const bool inner_line = y0 >= 0 && y_last < s.h;
  const int64_t inner_begin = inner_line ? std::clamp(table_.inner_begin, ox, end) : end;
  const int64_t inner_end = inner_line ? std::clamp(table_.inner_end, inner_begin, end) : end;
  for (int64_t x = ox; x < inner_begin; ++x) FillEdge(tile, i + x - ox, image, oy, x);
  if (inner_begin < inner_end) {
    FillInner(tile, i + inner_begin - ox, inner_end - inner_begin, image, oy, inner_begin);
  }
  for (int64_t x = inner_end; x < end; ++x) FillEdge(tile, i + x - ox, image, oy, x);
  return inner_end - inner_begin == count;
}

void ImageRows::FillInner(const gemm::TileRows& tile, int64_t i, int64_t count, int64_t image,
                          int64_t oy, int64_t ox) const {
  const ConvSpec& s = table_.spec;
  const int64_t y0 = oy * s.stride_h - s.pad_top, x0 = ox * s.stride_w - s.pad_left;
  const int64_t step = s.stride_w * table_.pixel_bytes;
  const uint8_t* first =
      src_ + ((image * s.h + y0) * s.w + x0) * table_.pixel_bytes + tile.group * table_.group_bytes;
  const void** row = tile.rows + i;
  for (int64_t offset : table_.offsets) {
    const uint8_t* pixel = first + offset;
    for (int64_t j = 0; j < count; ++j) row[j] = pixel + j * step;
    row += tile.mr;
  }
}

void ImageRows::FillEdge(const gemm::TileRows& tile, int64_t i, int64_t image, int64_t oy,
                         int64_t ox) const {
  const ConvSpec& s = table_.spec;
  const int64_t x0 = ox * s.stride_w - s.pad_left, tap_step = table_.tap_width * s.dilation_w;
  const void** row = tile.rows + i;
  uint8_t* copy = tile.scratch + i * table_.scratch_bytes();
  for (int64_t ky = 0; ky < s.kh; ++ky) {
    const int64_t y = oy * s.stride_h - s.pad_top + ky * s.dilation_h;
    const bool padded_line = y < 0 || y >= s.h;
    const int64_t line = (image * s.h + (padded_line ? 0 : y)) * s.w;
    const uint8_t* image_row = src_ + line * table_.pixel_bytes + tile.group * table_.group_bytes;
    for (int64_t kx = 0; kx < s.kw; kx += table_.tap_width) {
      const int64_t x = x0 + kx / table_.tap_width * tap_step;
      *row = padded_line ? padding_ : Tap(image_row, x, copy);
      row += tile.mr;
      copy += table_.row_bytes();
    }
  }
}

const void* ImageRows::Tap(const uint8_t* image_row, int64_t x, uint8_t* copy) const {
  const int64_t width = table_.tap_width, w = table_.spec.w;
  const int64_t begin = std::max<int64_t>(0, -x), end = std::min(width, w - x);
  if (begin >= end) return padding_;
  const uint8_t* pixel = image_row + (x + begin) * table_.pixel_bytes;
  if (begin == 0 && end == width) return pixel;
  const int64_t pixel_bytes = table_.pixel_bytes;  // Dense, where a tap is wider than a pixel.
  std::memcpy(copy, padding_, static_cast<size_t>(table_.row_bytes()));
  std::memcpy(copy + begin * pixel_bytes, pixel, static_cast<size_t>((end - begin) * pixel_bytes));
  return copy;
}

void ImageRows::CopyShortRows(const gemm::TileRows& request, gemm::Tile& tile) const {
  for (int64_t tap = 0; tap < tile.taps; ++tap) {
    for (int64_t i = 0; i < request.m; ++i) {
      const void*& row = request.rows[tap * request.mr + i];
      uint8_t* copy = request.scratch + i * table_.scratch_bytes() + tap * table_.row_bytes();
      if (row == padding_ || row == copy) continue;
      std::memset(copy, 0, static_cast<size_t>(table_.row_bytes()));
      std::memcpy(copy, row, static_cast<size_t>(table_.k()));
      row = copy;
    }
  }
  tile.k = request.packed_k;
}

void ImageRows::DropPaddingTaps(const gemm::TileRows& request, gemm::Tile& tile) const {
  int64_t kept = 0;
  for (int64_t tap = 0; tap < tile.taps; ++tap) {
    const void** row = request.rows + tap * request.mr;
    if (std::all_of(row, row + request.m, [&](const void* p) { return p == padding_; })) continue;
    std::copy(row, row + request.m, request.rows + kept * request.mr);
    request.rhs_offsets[kept++] = tile.rhs_offsets[tap];
  }
  tile.rhs_offsets = request.rhs_offsets;
  tile.taps = kept;
}

}  // namespace assay::conv
