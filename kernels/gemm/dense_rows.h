// Rows at a constant distance: the row source of a matrix product and of a 1x1 convolution.
#pragma once

#include <cstdint>

#include "kernels/gemm/product.h"

namespace assay::gemm {

struct DenseRows {
  const uint8_t* data;
  int64_t row_bytes;    // From row to row.
  int64_t group_bytes;  // From group to group.
  const uint8_t* end;   // Where reading must stop; nullptr: with each row.

  void operator()(TileRows& tile) const {
    const uint8_t* row = data + tile.group * group_bytes + tile.first * row_bytes;
    for (int64_t i = 0; i < tile.m; ++i, row += row_bytes) tile.rows[i] = row;
    tile.rhs_offsets[0] = 0;
    if (end != nullptr && end - (row - row_bytes) >= tile.packed_k) tile.k = tile.packed_k;
  }
};

}  // namespace assay::gemm
