// f32, AVX-512, 12 rows x 32 columns: where 64 columns would be half waste.
//
//   zmm  acc[12][2]  24   dst tile
//   zmm  column[2]    2   one k of the rhs panel, used by 12 rows
//   zmm  lhs          1   one element of a row, broadcast by its load
//   gpr  k, rhs, and one row pointer at a time, read from the table
#include "kernels/gemm/tiles/f32_avx512.h"

namespace assay::gemm {

extern const Variant f32_avx512_12x32 = {
    .name = "f32_avx512_12x32",
    .isa = Isa::kAvx512,
    .mr = 12,
    .nr = 32,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 31.7,
    .f32 = RunTile<F32TileAvx512<12, 2>, 12>,
};

}  // namespace assay::gemm
