// f32, AVX-512, 8 rows x 48 columns: for 96, 144, ... columns.
//
//   zmm  acc[8][3]   24   dst tile
//   zmm  column[3]    3   one k of the rhs panel, used by 8 rows
//   zmm  lhs          1   one element of a row, broadcast by its load
//   gpr  row[8], k, rhs
#include "kernels/gemm/tiles/f32_avx512.h"

namespace assay::gemm {

extern const Variant f32_avx512_8x48 = {
    .name = "f32_avx512_8x48",
    .isa = Isa::kAvx512,
    .mr = 8,
    .nr = 48,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 31.5,
    .f32 = RunTile<F32TileAvx512<8, 3>, 8>,
};

}  // namespace assay::gemm
