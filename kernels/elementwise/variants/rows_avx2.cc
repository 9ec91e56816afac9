// Elementwise kernels, 8 floats or 32 bytes at a time.
#include "kernels/elementwise/rows.h"
#include "kernels/elementwise/softmax.h"
#include "kernels/elementwise/vec_avx2.h"

namespace assay::elementwise {

extern const Variant rows_avx2 = {
    "rows_avx2",           Isa::kAvx2,           AddF32<Vec256>,
    ClampF32<Vec256>,      AddU8<Vec256>,        LookupU8<Vec256>,
    QuantizeU8<Vec256>,    DequantizeU8<Vec256>, DequantizeS32<Vec256>,
    RequantizeS32<Vec256>, Softmax<Vec256>};

}  // namespace assay::elementwise
