// s16 x s16, AVX-512 VNNI, 16 rows x 16 columns: for few columns.
//
//   zmm  acc[16][1]  16   dst tile, int32
//   zmm  column[1]    1   two of k of the rhs panel, used by 16 rows
//   zmm  lhs          1   two words of a row, broadcast by their load
//   gpr  k, rhs, and one row pointer at a time
#include "kernels/gemm/tiles/s16_avx512.h"

namespace assay::gemm {

extern const Variant s16_avx512vnni_16x16 = {
    .name = "s16_avx512vnni_16x16",
    .isa = Isa::kAvx512Vnni,
    .mr = 16,
    .nr = 16,
    .rhs = RhsFormat::kS16x2,
    .u8_lanes = 1,
    .macs_per_cycle = 63,
    .s16s16s32 = RunTile<S32TileAvx512<WordsAvx512, 16, 1>, 16>,
};

}  // namespace assay::gemm
