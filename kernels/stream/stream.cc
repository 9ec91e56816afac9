#include "kernels/cpu/widest.h"
#include "kernels/stream/variant.h"

namespace assay::stream {

const Variant& Pick(IsaSet usable) { return Widest(AllVariants(), usable); }

}  // namespace assay::stream
