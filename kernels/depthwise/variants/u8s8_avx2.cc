// Depthwise int8 with AVX2: exact: quads are widened to words, and vpmaddwd and vpaddd
// add two of four vertical taps of 8 channels. (vpmaddubsw takes bytes but saturates its sums.)
#include "kernels/depthwise/quads_u8s8.h"
#include "kernels/depthwise/vec_u8s8_avx2.h"

namespace assay::depthwise {

extern const Variant u8s8_avx2 = {"u8s8_avx2",
                                  Isa::kAvx2,
                                  true,
                                  {Packing::Order::kQuads, 2, true},
                                  QuadScratch<Vec256<false>>,
                                  RunQuads<Vec256<false>>};

}  // namespace assay::depthwise
