// DenseRows: rows at a constant distance, the row source of a matrix product and of a 1x1
// convolution.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "kernels/gemm/product.h"

namespace assay::gemm {

struct DenseRows {
  const uint8_t* data;
  int64_t row_bytes;    // From row to row.
  int64_t group_bytes;  // From group to group.
  const uint8_t* end;   // Where reading must stop; nullptr: with each row.

  RowSpan operator()(const TileRows& request, Tile& tile) const {
    const uint8_t* group = data + request.group * group_bytes;
    tile.first_row = group + request.first * row_bytes;
    tile.row_bytes = row_bytes;
    tile.row_offsets = tile.rhs_offsets = request.panel_offsets;  // Of the one tap: 0.
    tile.rows = nullptr;
    tile.taps = 1;
    tile.k = request.k;
    constexpr int64_t kAll = std::numeric_limits<int64_t>::max();
    if (request.k == request.packed_k) return {kAll, request.first};
    const int64_t readable = end != nullptr ? end - group : 0;
    const int64_t may_read_on =
        readable < request.packed_k ? 0 : (readable - request.packed_k) / row_bytes + 1;
    const int64_t tile_end = request.first + request.m;
    if (tile_end <= may_read_on) {
      tile.k = request.packed_k;
      return {may_read_on, request.first};
    }
    if (request.k >= request.step) return {kAll, request.first};
    CopyShortRows(request, tile);
    return {tile_end, request.first};
  }

 private:
  void CopyShortRows(const TileRows& request, Tile& tile) const {
    const auto* row = static_cast<const uint8_t*>(tile.first_row);
    uint8_t* copy = request.short_rows;
    std::memset(copy, 0, static_cast<size_t>(request.m * request.step));
    for (int64_t i = 0; i < request.m; ++i) {
      std::memcpy(copy + i * request.step, row + i * row_bytes, static_cast<size_t>(request.k));
    }
    tile.first_row = copy;
    tile.row_bytes = tile.k = request.step;
  }
};

}  // namespace assay::gemm
