// f32, AVX-512, 14 rows x 32 columns: a line, half or a quarter of the usual
// images (14, 28, 56), with the least to read of the rhs panel per multiply-add.
//
//   zmm  acc[14][2]  28   dst tile
//   zmm  column[2]    2   one k of the rhs panel, used by 14 rows
//   zmm  lhs          1   one element of a row, broadcast by its load
//   gpr  k, rhs, and one row pointer at a time, read from the table
#include "kernels/gemm/tiles/f32_avx512.h"

namespace assay::gemm {

extern const Variant f32_avx512_14x32 = {
    .name = "f32_avx512_14x32",
    .isa = Isa::kAvx512,
    .mr = 14,
    .nr = 32,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 31.7,
    .f32 = RunTile<F32TileAvx512<14, 2>, 14>,
};

}  // namespace assay::gemm
