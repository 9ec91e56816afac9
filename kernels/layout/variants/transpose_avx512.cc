// Transposes in registers of 64 bytes; quantization 64 values at a time.
#include "kernels/elementwise/vec_avx512.h"
#include "kernels/layout/lanes_avx512.h"
#include "kernels/layout/quantize.h"

namespace assay::layout {

extern const Variant transpose_avx512 = {
    "transpose_avx512", Isa::kAvx512, Transpose<uint8_t, Lanes512, Lanes256, Lanes128>,
    Transpose<uint32_t, Lanes512, Lanes256, Lanes128>,
    TransposeQuantize<elementwise::Vec512, Lanes512, Lanes256, Lanes128>};

}  // namespace assay::layout
