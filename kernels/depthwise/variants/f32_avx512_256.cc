// Depthwise f32 with AVX-512 in vectors of 8 channels: where 16 would be half empty, on a CPU that
// does those in halves.
#include "kernels/depthwise/taps_f32.h"
#include "kernels/vector/f32_avx512vl.h"

namespace assay::depthwise {

extern const Variant f32_avx512_256 = {"f32_avx512_256",
                                       Isa::kAvx512,
                                       false,
                                       {Packing::Order::kTaps, VecF256Masked::kLanes, false},
                                       NoScratch,
                                       RunTaps<VecF256Masked>};

}  // namespace assay::depthwise
