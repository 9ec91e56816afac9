// Pooling, 16 floats or 64 bytes at a time.
#include "kernels/elementwise/vec_avx512.h"
#include "kernels/pool/average.h"
#include "kernels/pool/average_u8.h"
#include "kernels/pool/max.h"

namespace assay::pool {
namespace {

using elementwise::Vec512;

}  // namespace

extern const Variant window_avx512 = {"window_avx512", Isa::kAvx512,       Max<F32<Vec512>>,
                                      Max<U8<Vec512>>, AverageF32<Vec512>, AverageU8<Vec512>};

}  // namespace assay::pool
