#include "kernels/cpu/widest.h"
#include "kernels/thin/variant.h"

namespace assay::thin {

const Variant& Pick(IsaSet usable) { return Widest(AllVariants(), usable); }

}  // namespace assay::thin
