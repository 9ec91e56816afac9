// u8 x s8, AVX-512 VNNI, 12 rows x 32 columns: where 64 columns would be half waste.
//
//   zmm  acc[12][2]  24   dst tile, int32
//   zmm  column[2]    2   four of k of the rhs panel, used by 12 rows
//   zmm  lhs          1   four bytes of a row, broadcast by their load
//   gpr  k, rhs, and one row pointer at a time, read from the table
#include "kernels/gemm/tiles/int8_avx512.h"

namespace assay::gemm {

extern const Variant u8s8_avx512vnni_12x32 = {
    .name = "u8s8_avx512vnni_12x32",
    .isa = Isa::kAvx512Vnni,
    .mr = 12,
    .nr = 32,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 4,
    .macs_per_cycle = 127,
    .u8s8s32 = RunTile<S32TileAvx512<VnniAvx512, 12, 2>, 12>,
    .u8s8u8 = RunTile<U8TileAvx512<VnniAvx512, 12, 2>, 12>,
};

}  // namespace assay::gemm
