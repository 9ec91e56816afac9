// s16 x s16, AVX-VNNI, 6 rows x 16 columns.
//
//   ymm  acc[6][2]   12   dst tile, int32
//   ymm  column[2]    2   two of k of the rhs panel, used by 6 rows
//   ymm  lhs          1   two words of a row, broadcast by their load
//   gpr  row[6], k, rhs
#include "kernels/gemm/tiles/s16_avx2.h"

namespace assay::gemm {

extern const Variant s16_avxvnni_6x16 = {
    .name = "s16_avxvnni_6x16",
    .isa = Isa::kAvxVnni,
    .mr = 6,
    .nr = 16,
    .rhs = RhsFormat::kS16x2,
    .u8_lanes = 1,
    .macs_per_cycle = 32,
    .vector_bits = 256,
    .s16s16s32 = RunTile<S32TileAvx2<WordsAvx2, 6, 2>, 6>,
};

}  // namespace assay::gemm
