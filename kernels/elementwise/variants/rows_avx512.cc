// Elementwise kernels, 16 floats or 64 bytes at a time.
#include "kernels/elementwise/rows.h"
#include "kernels/elementwise/softmax.h"
#include "kernels/elementwise/vec_avx512.h"

namespace assay::elementwise {

extern const Variant rows_avx512 = {
    "rows_avx512",         Isa::kAvx512,          AddF32<Vec512>,     ClampF32<Vec512>,
    AddU8<Vec512>,         LookupU8<Vec512>,      QuantizeU8<Vec512>, DequantizeU8<Vec512>,
    DequantizeS32<Vec512>, RequantizeS32<Vec512>, Softmax<Vec512>};

}  // namespace assay::elementwise
