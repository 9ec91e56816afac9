// s16 x s16, AVX-512 VNNI, 8 rows x 48 columns: for 96, 144, ... columns.
//
//   zmm  acc[8][3]   24   dst tile, int32
//   zmm  column[3]    3   two of k of the rhs panel, used by 8 rows
//   zmm  lhs          1   two words of a row, broadcast by their load
//   gpr  row[8], k, rhs
#include "kernels/gemm/tiles/s16_avx512.h"

namespace assay::gemm {

extern const Variant s16_avx512vnni_8x48 = {
    .name = "s16_avx512vnni_8x48",
    .isa = Isa::kAvx512Vnni,
    .mr = 8,
    .nr = 48,
    .rhs = RhsFormat::kS16x2,
    .u8_lanes = 1,
    .macs_per_cycle = 63,
    .s16s16s32 = RunTile<S32TileAvx512<WordsAvx512, 8, 3>, 8>,
};

}  // namespace assay::gemm
