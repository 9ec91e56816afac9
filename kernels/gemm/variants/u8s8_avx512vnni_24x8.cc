// u8 x s8, AVX-512 VNNI in vectors of 256 bits, 24 rows x 8 columns: where whole vectors would be half
// or more waste. No slower than those on a CPU that does them in halves.
//
//   ymm  acc[24][1]  24   dst tile, int32; more than the 16 registers of AVX2
//   ymm  column[1]    1   four of k of the rhs panel, used by 24 rows
//   ymm  lhs          1   four bytes of a row, broadcast by their load
//   gpr  k, rhs, and one row pointer at a time
#include "kernels/gemm/tiles/int8_avx2.h"

namespace assay::gemm {

extern const Variant u8s8_avx512vnni_24x8 = {
    .name = "u8s8_avx512vnni_24x8",
    .isa = Isa::kAvx512Vnni,
    .mr = 24,
    .nr = 8,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 2,
    .macs_per_cycle = 40,
    .vector_bits = 256,
    .u8s8s32 = RunTile<S32TileAvx2<VnniAvx2, 24, 1>, 24>,
    .u8s8u8 = RunTile<U8TileAvx2<VnniAvx2, 24, 1>, 24>,
};

}  // namespace assay::gemm
