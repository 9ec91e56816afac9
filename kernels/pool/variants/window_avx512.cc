// Pooling, 16 floats or 64 bytes at a time.
#include "kernels/pool/window.h"

namespace assay::pool {

extern const Variant window_avx512 = {"window_avx512", Isa::kAvx512, Max<float>,
                                      Max<uint8_t>,    AverageF32,   AverageU8};

}  // namespace assay::pool
