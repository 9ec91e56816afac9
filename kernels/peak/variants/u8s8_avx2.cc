// int8 peak with AVX2, exact: vpmaddwd on operands widened to 16 bits, then vpaddd. (vpmaddubsw
// takes bytes as they are, but saturates its 16-bit pairs: 255 * 127 * 2 does not fit.)
//
//   ymm0  lhs, 16 x u8 widened       ymm2, ymm3  products, in turn
//   ymm1  rhs, 16 x s8 widened       ymm4..ymm15  12 chains of int32 sums, which wrap
//
// Two instructions for 16 multiply-adds: with three vector ports at most 1.5 pairs per cycle, with
// four and two multipliers 2.
#include "kernels/peak/variant.h"

namespace assay::peak {
namespace {

void Run(int64_t iterations) {
  static const int16_t lhs = 203, rhs = -77;
  __asm__ volatile(R"(
    vpbroadcastw %[lhs], %%ymm0
    vpbroadcastw %[rhs], %%ymm1
    .irp x, 4,5,6,7,8,9,10,11,12,13,14,15
    vpxor %%ymm\x, %%ymm\x, %%ymm\x
    .endr
    .p2align 6
  1:
    .irp x, 4,6,8,10,12,14
    vpmaddwd %%ymm1, %%ymm0, %%ymm2
    vpaddd %%ymm2, %%ymm\x, %%ymm\x
    .endr
    .irp x, 5,7,9,11,13,15
    vpmaddwd %%ymm1, %%ymm0, %%ymm3
    vpaddd %%ymm3, %%ymm\x, %%ymm\x
    .endr
    dec %[n]
    jnz 1b
    vzeroupper
  )"
                   : [n] "+r"(iterations)
                   : [lhs] "m"(lhs), [rhs] "m"(rhs)
                   : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                     "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

}  // namespace

extern const Variant u8s8_avx2 = {"u8s8_avx2", Isa::kAvx2, true, 12.0 * 16 * 2, Run};

}  // namespace assay::peak
