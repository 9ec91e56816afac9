// f32, AVX-512, 6 rows x 4 columns, along k: for one to eight columns, of which a vector of columns
// would be mostly waste.
//
//   zmm  acc[6][4]  24   dst tile, sixteen partial sums per cell
//   zmm  column[4]   4   sixteen of k of the rhs panel, used by 6 rows
//   zmm  lhs         1   sixteen elements of a row
//   gpr  k, rhs, six row pointers
#include "kernels/gemm/tiles/dots_f32_avx512.h"

namespace assay::gemm {

extern const Variant f32_avx512_6x4 = {
    .name = "f32_avx512_6x4",
    .isa = Isa::kAvx512,
    .mr = 6,
    .nr = 4,
    .rhs = RhsFormat::kF32x16,
    .u8_lanes = 1,
    .macs_per_cycle = 24,
    .f32 = RunTile<F32DotsAvx512<6>, 6>,
};

}  // namespace assay::gemm
