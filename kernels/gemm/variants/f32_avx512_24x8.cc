// f32, AVX-512 in vectors of 256 bits, 24 rows x 8 columns: where whole vectors would be half or more
// waste. No slower than those on a CPU that does them in halves.
//
//   ymm  acc[24][1]  24   dst tile; more than the 16 registers of AVX2
//   ymm  column[1]    1   one k of the rhs panel, used by 24 rows
//   ymm  lhs          1   one element of a row, broadcast by its load
//   gpr  k, rhs, and one row pointer at a time
#include "kernels/gemm/tiles/f32_avx2.h"

namespace assay::gemm {

extern const Variant f32_avx512_24x8 = {
    .name = "f32_avx512_24x8",
    .isa = Isa::kAvx512,
    .mr = 24,
    .nr = 8,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 14,
    .vector_bits = 256,
    .f32 = RunTile<F32TileAvx2<24, 1>, 24>,
};

}  // namespace assay::gemm
