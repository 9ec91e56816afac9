// u8 x s8, AVX-VNNI, 6 rows x 16 columns.
//
//   ymm  acc[6][2]   12   dst tile, int32
//   ymm  column[2]    2   four of k of the rhs panel, used by 6 rows
//   ymm  lhs          1   four bytes of a row, broadcast by their load
//   gpr  row[6], k, rhs
#include "kernels/gemm/tiles/int8_avx2.h"

namespace assay::gemm {

extern const Variant u8s8_avxvnni_6x16 = {
    .name = "u8s8_avxvnni_6x16",
    .isa = Isa::kAvxVnni,
    .mr = 6,
    .nr = 16,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 2,
    .macs_per_cycle = 64,
    .vector_bits = 256,
    .u8s8s32 = RunTile<S32TileAvx2<VnniAvx2, 6, 2>, 6>,
    .u8s8u8 = RunTile<U8TileAvx2<VnniAvx2, 6, 2>, 6>,
};

}  // namespace assay::gemm
