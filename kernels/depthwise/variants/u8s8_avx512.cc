// Depthwise int8 with AVX-512: exact: quads are widened to words, and vpmaddwd and vpaddd
// add two of four vertical taps of 16 channels. (vpmaddubsw takes bytes but saturates its sums.)
#include "kernels/depthwise/quads_u8s8.h"
#include "kernels/depthwise/vec_u8s8_avx512.h"

namespace assay::depthwise {

extern const Variant u8s8_avx512 = {"u8s8_avx512",
                                    Isa::kAvx512,
                                    true,
                                    {Packing::Order::kQuads, 4, true},
                                    QuadScratch<Vec512<false>>,
                                    RunQuads<Vec512<false>>};

}  // namespace assay::depthwise
