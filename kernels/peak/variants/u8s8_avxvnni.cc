// int8 peak with AVX-VNNI: 12 independent chains of vpdpbusd in its VEX encoding.
//
//   ymm0  lhs, 32 x u8       ymm2..ymm13  chains of int32 sums, which wrap;
//   ymm1  rhs, 32 x s8       12 chains > 2 per cycle x latency 4 or 5
#include "kernels/peak/variant.h"

namespace assay::peak {
namespace {

void Run(int64_t iterations) {
  static const uint8_t lhs = 203;
  static const int8_t rhs = -77;
  __asm__ volatile(R"(
    vpbroadcastb %[lhs], %%ymm0
    vpbroadcastb %[rhs], %%ymm1
    .irp x, 2,3,4,5,6,7,8,9,10,11,12,13
    vpxor %%ymm\x, %%ymm\x, %%ymm\x
    .endr
    .p2align 6
  1:
    .irp x, 2,3,4,5,6,7,8,9,10,11,12,13
    %{vex%} vpdpbusd %%ymm1, %%ymm0, %%ymm\x
    .endr
    dec %[n]
    jnz 1b
    vzeroupper
  )"
                   : [n] "+r"(iterations)
                   : [lhs] "m"(lhs), [rhs] "m"(rhs)
                   : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                     "xmm9", "xmm10", "xmm11", "xmm12", "xmm13");
}

}  // namespace

extern const Variant u8s8_avxvnni = {"u8s8_avxvnni", Isa::kAvxVnni, true, 12.0 * 32 * 2, Run};

}  // namespace assay::peak
