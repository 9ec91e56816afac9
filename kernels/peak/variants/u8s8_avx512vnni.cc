// int8 peak with AVX-512 VNNI: 24 independent chains of vpdpbusd.
//
//   zmm0  lhs, 64 x u8       zmm8..zmm31  chains of int32 sums, which wrap;
//   zmm1  rhs, 64 x s8       24 chains > 2 per cycle x latency 4 or 5
#include "kernels/peak/variant.h"

namespace assay::peak {
namespace {

void Run(int64_t iterations) {
  static const uint8_t lhs = 203;
  static const int8_t rhs = -77;
  __asm__ volatile(R"(
    vpbroadcastb %[lhs], %%zmm0
    vpbroadcastb %[rhs], %%zmm1
    .irp x, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    vpxord %%zmm\x, %%zmm\x, %%zmm\x
    .endr
    .p2align 6
  1:
    .irp x, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    vpdpbusd %%zmm1, %%zmm0, %%zmm\x
    .endr
    dec %[n]
    jnz 1b
    vzeroupper
  )"
                   : [n] "+r"(iterations)
                   : [lhs] "m"(lhs), [rhs] "m"(rhs)
                   : "cc", "xmm0", "xmm1", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                     "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21",
                     "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29",
                     "xmm30", "xmm31");
}

}  // namespace

extern const Variant u8s8_avx512vnni = {"u8s8_avx512vnni", Isa::kAvx512Vnni, true, 24.0 * 64 * 2,
                                        Run};

}  // namespace assay::peak
