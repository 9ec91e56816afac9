// Depthwise f32 with AVX-512: 16 channels per vector, eight output columns at a time (taps_f32.h).
#include "kernels/vector/f32_avx512.h"

#include "kernels/depthwise/taps_f32.h"

namespace assay::depthwise {

extern const Variant f32_avx512 = {"f32_avx512", Isa::kAvx512,
                                   false,        {Packing::Order::kTaps, VecF512::kLanes, false},
                                   NoScratch,    RunTaps<VecF512>};

}  // namespace assay::depthwise
