// What a product is reckoned to cost with a variant: the one figure by which dispatch chooses.
#pragma once

#include "kernels/gemm/dispatch.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {

// Cycles that one thread is reckoned to need: tiles x (steps of k, as fast as multiply-adds, their
// chains and the caches allow, plus what is done around them). Rows are spread evenly over tiles,
// so they waste nothing; columns beyond n in the last panel are waste.
double EstimateCycles(const Variant& variant, const Problem& problem, const Tiling& tiling);

// In which order the tiles of rows and the panels of columns meet.
struct PanelOrder {
  bool stays;       // A panel, while all rows pass by; else the rows of a tile, while panels do.
  int64_t at_once;  // Panels, for which all rows are gone through once more, unless a panel stays.
};
PanelOrder OrderOf(const Variant& variant, ComputeType type, int64_t panel_bytes, int64_t panels);

}  // namespace assay::gemm
