// Depthwise int8 with AVX-VNNI: one vpdpbusd adds four vertical taps of 8 channels.
#include "kernels/depthwise/quads_u8s8.h"
#include "kernels/depthwise/vec_u8s8_avx2.h"

namespace assay::depthwise {

extern const Variant u8s8_avxvnni = {"u8s8_avxvnni",
                                     Isa::kAvxVnni,
                                     true,
                                     {Packing::Order::kQuads, 2, false},
                                     QuadScratch<Vec256<true>>,
                                     RunQuads<Vec256<true>>};

}  // namespace assay::depthwise
