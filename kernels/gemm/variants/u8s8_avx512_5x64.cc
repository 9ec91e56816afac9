// u8 x s8, AVX-512 without VNNI, 5 rows x 64 columns, exact on the full range.
//
//   zmm  acc[5][4]   20   dst tile, int32
//   zmm  column[4]    4   the even or the odd two of four of k, as int16, used by 5 rows
//   zmm  lhs          1   the even or the odd bytes of four of a row, as 16 bits
//   zmm  product, 0xff    2
//   gpr  row[5], k, rhs
//
// vpmaddwd adds two products of 16 bits without saturating; vpmaddubsw, twice as wide, saturates.
#include "kernels/gemm/tiles/int8_avx512.h"

namespace assay::gemm {

extern const Variant u8s8_avx512_5x64 = {
    .name = "u8s8_avx512_5x64",
    .isa = Isa::kAvx512,
    .mr = 5,
    .nr = 64,
    .rhs = RhsFormat::kS16x4,
    .u8_lanes = 4,
    .macs_per_cycle = 60,
    .u8s8s32 = RunTile<S32TileAvx512<MaddAvx512, 5, 4>, 5>,
    .u8s8u8 = RunTile<U8TileAvx512<MaddAvx512, 5, 4>, 5>,
};

}  // namespace assay::gemm
