// Memory loops in vectors of 64 bytes.
#include "kernels/elementwise/vec_avx512.h"
#include "kernels/stream/loops.h"

namespace assay::stream {
namespace {

using elementwise::Vec512;

}  // namespace

extern const Variant stream_avx512 = {"stream_avx512", Isa::kAvx512, Vec512::kBytes,
                                      kLoops<Vec512>};

}  // namespace assay::stream
