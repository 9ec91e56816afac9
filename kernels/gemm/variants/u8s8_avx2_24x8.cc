// u8 x s8, AVX2 without VNNI, 24 rows x 8 columns in blocks of 8 rows, exact on the full range:
// for few columns, 8 or 24.
//
//   ymm  acc[8]       8   block of the dst tile, int32
//   ymm  column       2   four of k of the rhs panel: magnitudes and masks, used by 8 rows
//   ymm  lhs          1   four u8 of a row, broadcast by their load
//   ymm  product, 1   2
//   gpr  row[8], k, rhs
//
// See u8s8_avx2_24x16.
#include "kernels/gemm/tiles/int8_avx2.h"

namespace assay::gemm {

extern const Variant u8s8_avx2_24x8 = {
    .name = "u8s8_avx2_24x8",
    .isa = Isa::kAvx2,
    .mr = 24,
    .nr = 8,
    .rhs = RhsFormat::kSignMagnitude8x4,
    .u8_lanes = 2,
    .macs_per_cycle = 24,
    .vector_bits = 256,
    .u8s8s32 = RunBlocks<S32TileAvx2<SignMagnitudeAvx2, 24, 1>, 8>,
    .u8s8u8 = RunBlocks<U8TileAvx2<SignMagnitudeAvx2, 24, 1>, 8>,
};

}  // namespace assay::gemm
