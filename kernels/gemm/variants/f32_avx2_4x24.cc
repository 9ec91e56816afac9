// f32, AVX2 and FMA, 4 rows x 24 columns.
//
//   ymm  acc[4][3]   12   dst tile
//   ymm  column[3]    3   one k of the rhs panel, used by 4 rows
//   ymm  lhs          1   one element of a row, broadcast by its load
//   gpr  row[4], k, rhs
#include "kernels/gemm/tiles/f32_avx2.h"

namespace assay::gemm {

extern const Variant f32_avx2_4x24 = {
    .name = "f32_avx2_4x24",
    .isa = Isa::kAvx2,
    .mr = 4,
    .nr = 24,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 15.75,
    .vector_bits = 256,
    .f32 = RunTile<F32TileAvx2<4, 3>, 4>,
};

}  // namespace assay::gemm
