// Thin products, 8 floats at a time.
#include "kernels/elementwise/vec_avx2.h"
#include "kernels/thin/blocks.h"

namespace assay::thin {

extern const Variant thin_avx2 = {"thin_avx2", Isa::kAvx2, Thin<elementwise::Vec256>};

}  // namespace assay::thin
