// f32 peak with AVX2 and FMA: 12 independent chains of vfmadd213ps.
//
//   ymm0  a = 0.75        each chain:  x <- a * x + b, which tends to b / (1 - a) = 1:
//   ymm1  b = 0.25        no overflow, no denormals
//   ymm2..ymm13  x        12 chains > 2 per cycle x latency 4 or 5
#include "kernels/peak/variant.h"

namespace assay::peak {
namespace {

void Run(int64_t iterations) {
  static const float a = 0.75f, b = 0.25f;
  __asm__ volatile(R"(
    vbroadcastss %[a], %%ymm0
    vbroadcastss %[b], %%ymm1
    .irp x, 2,3,4,5,6,7,8,9,10,11,12,13
    vmovaps %%ymm1, %%ymm\x
    .endr
    .p2align 6
  1:
    .irp x, 2,3,4,5,6,7,8,9,10,11,12,13
    vfmadd213ps %%ymm1, %%ymm0, %%ymm\x
    .endr
    dec %[n]
    jnz 1b
    vzeroupper
  )"
                   : [n] "+r"(iterations)
                   : [a] "m"(a), [b] "m"(b)
                   : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                     "xmm9", "xmm10", "xmm11", "xmm12", "xmm13");
}

}  // namespace

extern const Variant f32_avx2 = {"f32_avx2", Isa::kAvx2, false, 12.0 * 8 * 2, Run};

}  // namespace assay::peak
