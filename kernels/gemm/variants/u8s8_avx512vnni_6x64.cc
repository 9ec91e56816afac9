// u8 x s8, AVX-512 VNNI, 6 rows x 64 columns.
//
//   zmm  acc[6][4]   24   dst tile, int32
//   zmm  column[4]    4   four of k of the rhs panel, used by 6 rows
//   zmm  lhs          1   four bytes of a row, broadcast by their load
//   gpr  row[6], k, rhs
//
// vpdpbusd takes the broadcast u8 as its register operand, so the broadcast cannot be embedded.
#include "kernels/gemm/tiles/int8_avx512.h"

namespace assay::gemm {

extern const Variant u8s8_avx512vnni_6x64 = {
    .name = "u8s8_avx512vnni_6x64",
    .isa = Isa::kAvx512Vnni,
    .mr = 6,
    .nr = 64,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 4,
    .macs_per_cycle = 128,
    .u8s8s32 = RunTile<S32TileAvx512<VnniAvx512, 6, 4>, 6>,
    .u8s8u8 = RunTile<U8TileAvx512<VnniAvx512, 6, 4>, 6>,
};

}  // namespace assay::gemm
