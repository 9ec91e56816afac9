// Transposes; quantization 8 floats or 32 bytes at a time.
#include "kernels/layout/transpose.h"

namespace assay::layout {

extern const Variant transpose_avx2 = {"transpose_avx2", Isa::kAvx2, Transpose<uint8_t>,
                                       Transpose<uint32_t>, TransposeQuantize};

}  // namespace assay::layout
