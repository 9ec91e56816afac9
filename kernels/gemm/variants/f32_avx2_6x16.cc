// f32, AVX2 and FMA, 6 rows x 16 columns.
//
//   ymm  acc[6][2]   12   dst tile
//   ymm  column[2]    2   one k of the rhs panel, used by 6 rows
//   ymm  lhs          1   one element of a row, broadcast by its load
//   gpr  row[6], k, rhs
//
// 12 FMAs in flight cover 2 ports x 4 to 5 cycles. Two blocks of rows, as int8 has them, are
// slower: 0.76 of the speed at 1x1 64->256.
#include "kernels/gemm/tiles/f32_avx2.h"

namespace assay::gemm {

extern const Variant f32_avx2_6x16 = {
    .name = "f32_avx2_6x16",
    .isa = Isa::kAvx2,
    .mr = 6,
    .nr = 16,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 15.75,
    .vector_bits = 256,
    .f32 = RunTile<F32TileAvx2<6, 2>, 6>,
};

}  // namespace assay::gemm
