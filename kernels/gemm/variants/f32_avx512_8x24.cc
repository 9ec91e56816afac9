// f32, AVX-512 in vectors of 256 bits, 8 rows x 24 columns: where whole vectors would be a quarter
// waste. No slower than those on a CPU that does them in halves.
//
//   ymm  acc[8][3]   24   dst tile; more than the 16 registers of AVX2
//   ymm  column[3]    3   one k of the rhs panel, used by 8 rows
//   ymm  lhs          1   one element of a row, broadcast by its load
//   gpr  row[8], k, rhs
#include "kernels/gemm/tiles/f32_avx2.h"

namespace assay::gemm {

extern const Variant f32_avx512_8x24 = {
    .name = "f32_avx512_8x24",
    .isa = Isa::kAvx512,
    .mr = 8,
    .nr = 24,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 15.3,
    .vector_bits = 256,
    .f32 = RunTile<F32TileAvx2<8, 3>, 8>,
};

}  // namespace assay::gemm
