// Depthwise int8 with AVX-512 VNNI: one vpdpbusd adds four vertical taps of 16 channels.
#include "kernels/depthwise/quads_u8s8.h"
#include "kernels/depthwise/vec_u8s8_avx512.h"

namespace assay::depthwise {

extern const Variant u8s8_avx512vnni = {
    "u8s8_avx512vnni",         Isa::kAvx512Vnni,      true, {Packing::Order::kQuads, 4, false},
    QuadScratch<Vec512<true>>, RunQuads<Vec512<true>>};

}  // namespace assay::depthwise
