// Transposes in registers of 32 bytes; quantization 32 values at a time.
#include "kernels/elementwise/vec_avx2.h"
#include "kernels/layout/quantize.h"

namespace assay::layout {

extern const Variant transpose_avx2 = {"transpose_avx2", Isa::kAvx2,
                                       Transpose<uint8_t, Lanes256, Lanes128>,
                                       Transpose<uint32_t, Lanes256, Lanes128>,
                                       TransposeQuantize<elementwise::Vec256, Lanes256, Lanes128>};

}  // namespace assay::layout
