// Pooling, 8 floats or 32 bytes at a time.
#include "kernels/elementwise/vec_avx2.h"
#include "kernels/pool/average.h"
#include "kernels/pool/average_u8.h"
#include "kernels/pool/max.h"

namespace assay::pool {
namespace {

using elementwise::Vec256;

}  // namespace

extern const Variant window_avx2 = {"window_avx2",   Isa::kAvx2,         Max<F32<Vec256>>,
                                    Max<U8<Vec256>>, AverageF32<Vec256>, AverageU8<Vec256>};

}  // namespace assay::pool
