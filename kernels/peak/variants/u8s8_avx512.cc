// int8 peak with AVX-512 without VNNI, exact: vpmaddwd on operands widened to 16 bits, then vpaddd.
//
//   zmm0  lhs, 32 x u8 widened       zmm2, zmm3  products, in turn
//   zmm1  rhs, 32 x s8 widened       zmm8..zmm31  24 chains of int32 sums, which wrap
//
// Two instructions for 32 multiply-adds: with two 512-bit ports one pair per cycle.
#include "kernels/peak/variant.h"

namespace assay::peak {
namespace {

void Run(int64_t iterations) {
  static const int16_t lhs = 203, rhs = -77;
  __asm__ volatile(R"(
    vpbroadcastw %[lhs], %%zmm0
    vpbroadcastw %[rhs], %%zmm1
    .irp x, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    vpxord %%zmm\x, %%zmm\x, %%zmm\x
    .endr
    .p2align 6
  1:
    .irp x, 8,9,10,11,12,13,14,15,16,17,18,19
    vpmaddwd %%zmm1, %%zmm0, %%zmm2
    vpaddd %%zmm2, %%zmm\x, %%zmm\x
    .endr
    .irp x, 20,21,22,23,24,25,26,27,28,29,30,31
    vpmaddwd %%zmm1, %%zmm0, %%zmm3
    vpaddd %%zmm3, %%zmm\x, %%zmm\x
    .endr
    dec %[n]
    jnz 1b
    vzeroupper
  )"
                   : [n] "+r"(iterations)
                   : [lhs] "m"(lhs), [rhs] "m"(rhs)
                   : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm8", "xmm9", "xmm10", "xmm11",
                     "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19",
                     "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",
                     "xmm28", "xmm29", "xmm30", "xmm31");
}

}  // namespace

extern const Variant u8s8_avx512 = {"u8s8_avx512", Isa::kAvx512, true, 24.0 * 32 * 2, Run};

}  // namespace assay::peak
