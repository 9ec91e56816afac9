// Depthwise f32 with AVX2: 8 channels per vector, eight output columns at a time (taps_f32.h).
#include "kernels/vector/f32_avx2.h"

#include "kernels/depthwise/taps_f32.h"

namespace assay::depthwise {

extern const Variant f32_avx2 = {"f32_avx2", Isa::kAvx2,
                                 false,      {Packing::Order::kTaps, VecF256::kLanes, false},
                                 NoScratch,  RunTaps<VecF256>};

}  // namespace assay::depthwise
