#include "kernels/base/check.h"
#include "kernels/stream/variant.h"

namespace assay::stream {

const Variant& Pick(IsaSet usable) {
  const Variant* best = nullptr;
  for (const Variant* variant : AllVariants()) {
    if (!usable.has(variant->isa)) continue;
    if (best == nullptr || best->isa < variant->isa) best = variant;
  }
  ASSAY_CHECK(best != nullptr);
  return *best;
}

}  // namespace assay::stream
