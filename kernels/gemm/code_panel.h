// Panels of a right-hand operand of codes that is data: packed while a product runs, for any format
// of the integer variants.
#pragma once

#include <cstdint>

#include "kernels/gemm/variant.h"

namespace assay::gemm {

// Codes [k][columns], rows `row_stride` bytes apart. As s8 they are the bytes ^ flip: 0 where they
// are s8 as they lie, 0x80 where they are u8, whose numbers are then less by 128.
struct CodeMatrix {
  const uint8_t* data;
  int64_t row_stride;
  int64_t k, columns;
  uint8_t flip = 0;
};

// Packs columns [first, first + nr) into TapBytes(variant, k) at `room`, aligned to 64; for no k at
// all, one step of zeros. Columns that are not there hold anything.
void PackCodePanel(const CodeMatrix& matrix, const Variant& variant, int64_t first, uint8_t* room);

}  // namespace assay::gemm
