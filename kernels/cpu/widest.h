// The choice of families whose tiers differ in nothing but the width of their vectors.
#pragma once

#include <span>

#include "kernels/base/check.h"
#include "kernels/cpu/isa.h"

namespace assay {

// The variant of the widest vectors within `usable`, which holds the scalar tier.
template <typename Variant>
const Variant& Widest(std::span<const Variant* const> variants, IsaSet usable) {
  const Variant* best = nullptr;
  for (const Variant* variant : variants) {
    if (!usable.has(variant->isa)) continue;
    if (best == nullptr || best->isa < variant->isa) best = variant;
  }
  ASSAY_CHECK(best != nullptr);
  return *best;
}

}  // namespace assay
