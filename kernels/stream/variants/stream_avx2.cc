// Memory loops in vectors of 32 bytes.
#include "kernels/elementwise/vec_avx2.h"
#include "kernels/stream/loops.h"

namespace assay::stream {
namespace {

using elementwise::Vec256;

}  // namespace

extern const Variant stream_avx2 = {"stream_avx2", Isa::kAvx2, Vec256::kBytes, kLoops<Vec256>};

}  // namespace assay::stream
