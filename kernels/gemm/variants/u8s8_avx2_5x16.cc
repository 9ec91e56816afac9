// u8 x s8, AVX2 without VNNI, 5 rows x 16 columns, exact on the full range.
//
//   ymm  acc[5][2]   10   dst tile, int32
//   ymm  column[2]    2   the even or the odd two of four of k, as int16, used by 5 rows
//   ymm  lhs          1   the even or the odd bytes of four of a row, as 16 bits
//   ymm  product, 0xff    2
//   gpr  row[5], k, rhs
//
// vpmaddwd adds two products of 16 bits without saturating; vpmaddubsw, twice as wide, saturates.
#include "kernels/gemm/tiles/int8_avx2.h"

namespace assay::gemm {

extern const Variant u8s8_avx2_5x16 = {
    .name = "u8s8_avx2_5x16",
    .isa = Isa::kAvx2,
    .mr = 5,
    .nr = 16,
    .rhs = RhsFormat::kS16x4,
    .u8_lanes = 2,
    .macs_per_cycle = 19,
    .vector_bits = 256,
    .f32 = nullptr,
    .u8s8s32 = RunTile<S32TileAvx2<MaddAvx2, 5>, 5>,
    .u8s8u8 = RunTile<U8TileAvx2<MaddAvx2, 5>, 5>,
};

}  // namespace assay::gemm
