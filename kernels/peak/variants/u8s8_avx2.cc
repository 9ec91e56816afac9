// int8 peak with AVX2, exact: vpmaddubsw of magnitudes and of u8 that vpxor made int8
// (RhsFormat::kSignMagnitude8x4, which does not saturate), vpmaddwd by ones, vpaddd.
//
//   ymm0  lhs, 32 x u8         ymm4         products
//   ymm1  masks of the signs   ymm8..ymm15  8 chains of int32 sums, which wrap
//   ymm2  magnitudes
//   ymm3  ones, int16
//
// Four instructions for 32 multiply-adds, two of them multiplies: with four vector ports, two of
// which multiply, 32 per cycle. vpmaddwd on operands widened to 16 bits, then vpaddd, are as many,
// but measured reach 26.
#include "kernels/peak/variant.h"

namespace assay::peak {
namespace {

void Run(int64_t iterations) {
  static const uint8_t lhs = 203, mask = 0x7f, magnitude = 77;
  static const int16_t one = 1;
  __asm__ volatile(R"(
    vpbroadcastb %[lhs], %%ymm0
    vpbroadcastb %[mask], %%ymm1
    vpbroadcastb %[magnitude], %%ymm2
    vpbroadcastw %[one], %%ymm3
    .irp x, 8,9,10,11,12,13,14,15
    vpxor %%ymm\x, %%ymm\x, %%ymm\x
    .endr
    .p2align 6
  1:
    .irp x, 8,9,10,11,12,13,14,15
    vpxor %%ymm1, %%ymm0, %%ymm4
    vpmaddubsw %%ymm4, %%ymm2, %%ymm4
    vpmaddwd %%ymm3, %%ymm4, %%ymm4
    vpaddd %%ymm4, %%ymm\x, %%ymm\x
    .endr
    dec %[n]
    jnz 1b
    vzeroupper
  )"
                   : [n] "+r"(iterations)
                   : [lhs] "m"(lhs), [mask] "m"(mask), [magnitude] "m"(magnitude), [one] "m"(one)
                   : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm8", "xmm9", "xmm10",
                     "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

}  // namespace

extern const Variant u8s8_avx2 = {"u8s8_avx2", Isa::kAvx2, true, 8.0 * 32 * 2, Run};

}  // namespace assay::peak
