// u8 x s8, AVX-512 VNNI, 8 rows x 48 columns: for 96, 144, ... columns.
//
//   zmm  acc[8][3]   24   dst tile, int32
//   zmm  column[3]    3   four of k of the rhs panel, used by 8 rows
//   zmm  lhs          1   four bytes of a row, broadcast by their load
//   gpr  row[8], k, rhs
#include "kernels/gemm/tiles/int8_avx512.h"

namespace assay::gemm {

extern const Variant u8s8_avx512vnni_8x48 = {
    .name = "u8s8_avx512vnni_8x48",
    .isa = Isa::kAvx512Vnni,
    .mr = 8,
    .nr = 48,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 4,
    .macs_per_cycle = 126,
    .u8s8s32 = RunTile<S32TileAvx512<VnniAvx512, 8, 3>, 8>,
    .u8s8u8 = RunTile<U8TileAvx512<VnniAvx512, 8, 3>, 8>,
};

}  // namespace assay::gemm
