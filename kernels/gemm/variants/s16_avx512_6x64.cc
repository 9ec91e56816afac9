// s16 x s16, AVX-512 without VNNI, 6 rows x 64 columns.
//
//   zmm  acc[6][4]   24   dst tile, int32
//   zmm  column[4]    4   two of k of the rhs panel, used by 6 rows
//   zmm  lhs, product 2   two words of a row, broadcast by their load
//   gpr  row[6], k, rhs
#include "kernels/gemm/tiles/s16_avx512.h"

namespace assay::gemm {

extern const Variant s16_avx512_6x64 = {
    .name = "s16_avx512_6x64",
    .isa = Isa::kAvx512,
    .mr = 6,
    .nr = 64,
    .rhs = RhsFormat::kS16x2,
    .u8_lanes = 1,
    .macs_per_cycle = 47,
    .s16s16s32 = RunTile<S32TileAvx512<WordsAvx512, 6, 4>, 6>,
};

}  // namespace assay::gemm
