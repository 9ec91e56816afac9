// f32 peak with AVX-512: 24 independent chains of vfmadd213ps.
//
//   zmm0  a = 0.75        each chain:  x <- a * x + b, which tends to b / (1 - a) = 1:
//   zmm1  b = 0.25        no overflow, no denormals
//   zmm8..zmm31  x        24 chains > 2 per cycle x latency 4 or 5
#include "kernels/peak/variant.h"

namespace assay::peak {
namespace {

void Run(int64_t iterations) {
  static const float a = 0.75f, b = 0.25f;
  __asm__ volatile(R"(
    vbroadcastss %[a], %%zmm0
    vbroadcastss %[b], %%zmm1
    .irp x, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    vmovaps %%zmm1, %%zmm\x
    .endr
    .p2align 6
  1:
    .irp x, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    vfmadd213ps %%zmm1, %%zmm0, %%zmm\x
    .endr
    dec %[n]
    jnz 1b
    vzeroupper
  )"
                   : [n] "+r"(iterations)
                   : [a] "m"(a), [b] "m"(b)
                   : "cc", "xmm0", "xmm1", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                     "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21",
                     "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29",
                     "xmm30", "xmm31");
}

}  // namespace

extern const Variant f32_avx512 = {"f32_avx512", Isa::kAvx512, false, 24.0 * 16 * 2, Run};

}  // namespace assay::peak
