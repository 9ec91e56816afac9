// Thin products, 16 floats at a time.
#include "kernels/elementwise/vec_avx512.h"
#include "kernels/thin/blocks.h"

namespace assay::thin {

extern const Variant thin_avx512 = {"thin_avx512", Isa::kAvx512, Thin<elementwise::Vec512>};

}  // namespace assay::thin
