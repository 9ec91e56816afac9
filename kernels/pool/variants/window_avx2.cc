// Pooling, 8 floats or 32 bytes at a time.
#include "kernels/pool/window.h"

namespace assay::pool {

extern const Variant window_avx2 = {"window_avx2", Isa::kAvx2, Max<float>,
                                    Max<uint8_t>,  AverageF32, AverageU8};

}  // namespace assay::pool
