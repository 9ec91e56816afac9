// u8 x s8, AVX-512 VNNI in vectors of 256 bits, 8 rows x 24 columns: where whole vectors would be a
// quarter waste. No slower than those on a CPU that does them in halves.
//
//   ymm  acc[8][3]   24   dst tile, int32; more than the 16 registers of AVX2
//   ymm  column[3]    3   four of k of the rhs panel, used by 8 rows
//   ymm  lhs          1   four bytes of a row, broadcast by their load
//   gpr  row[8], k, rhs
#include "kernels/gemm/tiles/int8_avx2.h"

namespace assay::gemm {

extern const Variant u8s8_avx512vnni_8x24 = {
    .name = "u8s8_avx512vnni_8x24",
    .isa = Isa::kAvx512Vnni,
    .mr = 8,
    .nr = 24,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 2,
    .macs_per_cycle = 62,
    .vector_bits = 256,
    .u8s8s32 = RunTile<S32TileAvx2<VnniAvx2, 8, 3>, 8>,
    .u8s8u8 = RunTile<U8TileAvx2<VnniAvx2, 8, 3>, 8>,
};

}  // namespace assay::gemm
