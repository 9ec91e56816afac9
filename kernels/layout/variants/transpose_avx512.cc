// Transposes; quantization 16 floats or 64 bytes at a time.
#include "kernels/layout/transpose.h"

namespace assay::layout {

extern const Variant transpose_avx512 = {"transpose_avx512", Isa::kAvx512, Transpose<uint8_t>,
                                         Transpose<uint32_t>, TransposeQuantize};

}  // namespace assay::layout
