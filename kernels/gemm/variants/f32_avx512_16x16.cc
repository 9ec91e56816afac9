// f32, AVX-512, 16 rows x 16 columns: for small k, since its stores
// wait for nothing (a CPU holds 32 of 64 bytes), and for few columns.
//
//   zmm  acc[16][1]  16   dst tile
//   zmm  column[1]    1   one k of the rhs panel, used by 16 rows
//   zmm  lhs          1   one element of a row, broadcast by its load
//   gpr  k, rhs, and one row pointer at a time, read from the table
#include "kernels/gemm/tiles/f32_avx512.h"

namespace assay::gemm {

extern const Variant f32_avx512_16x16 = {
    .name = "f32_avx512_16x16",
    .isa = Isa::kAvx512,
    .mr = 16,
    .nr = 16,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 31.8,
    .f32 = RunTile<F32TileAvx512<16, 1>, 16>,
};

}  // namespace assay::gemm
