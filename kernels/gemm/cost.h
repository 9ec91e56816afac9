// What a product is reckoned to cost with a variant: the one figure by which dispatch chooses.
#pragma once

#include "kernels/gemm/dispatch.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {

// Cycles that one thread is reckoned to need: tiles x (steps of k, as fast as multiply-adds, their
// chains and the caches allow, plus what is done around them). Rows are spread evenly over tiles,
// so they waste nothing; columns beyond n in the last panel are waste.
double EstimateCycles(const Variant& variant, const Problem& problem, const Tiling& tiling);

}  // namespace assay::gemm
