// u8 x s8, AVX2 without VNNI, 24 rows x 16 columns in blocks of 4 rows, exact on the full range.
//
//   ymm  acc[4][2]    8   block of the dst tile, int32
//   ymm  column[2]    4   four of k of the rhs panel: magnitudes and masks, used by 4 rows
//   ymm  lhs          1   four u8 of a row, broadcast by their load
//   ymm  product, 1   2
//   gpr  row[4], k, rhs
//
// vpmaddubsw would saturate for u8 x s8; for magnitude x s8 it does not (kSignMagnitude8x4). Beside
// the two multiplies of 32 products, which keep both multiplying ports busy, it takes vpxor and
// vpaddd, for which there are two more. Measured: 25 to 26 products per cycle of 32; vpmaddwd on
// widened rows, 23; Winograd's inner product, (a0 + b1) (a1 + b0) by two vpaddw, 24; masks from
// memory for 5 rows, as fast; vpsignb in place of vpxor, 20.
#include "kernels/gemm/tiles/int8_avx2.h"

namespace assay::gemm {

extern const Variant u8s8_avx2_24x16 = {
    .name = "u8s8_avx2_24x16",
    .isa = Isa::kAvx2,
    .mr = 24,
    .nr = 16,
    .rhs = RhsFormat::kSignMagnitude8x4,
    .u8_lanes = 2,
    .macs_per_cycle = 25,
    .vector_bits = 256,
    .u8s8s32 = RunBlocks<S32TileAvx2<SignMagnitudeAvx2, 24, 2>, 4>,
    .u8s8u8 = RunBlocks<U8TileAvx2<SignMagnitudeAvx2, 24, 2>, 4>,
};

}  // namespace assay::gemm
