// f32, AVX-512, 6 rows x 64 columns.
//
//   zmm  acc[6][4]   24   dst tile
//   zmm  column[4]    4   one k of the rhs panel, used by 6 rows
//   zmm  lhs          1   one element of a row, broadcast by its load
//   gpr  row[6], k, rhs
//
// 24 FMAs in flight cover 2 ports x 4 cycles three times over; 10 loads per 24 FMAs leave the load
// ports half idle.
#include "kernels/gemm/tiles/f32_avx512.h"

namespace assay::gemm {

extern const Variant f32_avx512_6x64 = {
    .name = "f32_avx512_6x64",
    .isa = Isa::kAvx512,
    .mr = 6,
    .nr = 64,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 32,
    .f32 = RunTile<F32TileAvx512<6, 4>, 6>,
};

}  // namespace assay::gemm
