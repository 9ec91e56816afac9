// u8 x s8, AVX-512 VNNI, 16 rows x 16 columns: for small k, since its stores
// wait for nothing (a CPU holds 32 of 64 bytes), and for few columns.
//
//   zmm  acc[16][1]  16   dst tile, int32
//   zmm  column[1]    1   four of k of the rhs panel, used by 16 rows
//   zmm  lhs          1   four bytes of a row, broadcast by their load
//   gpr  k, rhs, and one row pointer at a time, read from the table
#include "kernels/gemm/tiles/int8_avx512.h"

namespace assay::gemm {

extern const Variant u8s8_avx512vnni_16x16 = {
    .name = "u8s8_avx512vnni_16x16",
    .isa = Isa::kAvx512Vnni,
    .mr = 16,
    .nr = 16,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 4,
    .macs_per_cycle = 126,
    .u8s8s32 = RunTile<S32TileAvx512<VnniAvx512, 16, 1>, 16>,
    .u8s8u8 = RunTile<U8TileAvx512<VnniAvx512, 16, 1>, 16>,
};

}  // namespace assay::gemm
