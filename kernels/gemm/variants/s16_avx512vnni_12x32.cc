// s16 x s16, AVX-512 VNNI, 12 rows x 32 columns: where 64 columns would be half waste.
//
//   zmm  acc[12][2]  24   dst tile, int32
//   zmm  column[2]    2   two of k of the rhs panel, used by 12 rows
//   zmm  lhs          1   two words of a row, broadcast by their load
//   gpr  k, rhs, and one row pointer at a time
#include "kernels/gemm/tiles/s16_avx512.h"

namespace assay::gemm {

extern const Variant s16_avx512vnni_12x32 = {
    .name = "s16_avx512vnni_12x32",
    .isa = Isa::kAvx512Vnni,
    .mr = 12,
    .nr = 32,
    .rhs = RhsFormat::kS16x2,
    .u8_lanes = 1,
    .macs_per_cycle = 63.5,
    .s16s16s32 = RunTile<S32TileAvx512<WordsAvx512, 12, 2>, 12>,
};

}  // namespace assay::gemm
