// Which variant does a product, and why.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {

// A product of m rows with n columns, in each of `groups` independent groups; every row is `taps`
// pieces of k elements.
struct Problem {
  ComputeType type = ComputeType::kF32;
  int64_t m = 1, n = 1, k = 1;
  int64_t taps = 1;
  int64_t groups = 1;

  int64_t macs() const { return groups * m * n * k * taps; }
};

// The micro-kernel of a variant for this type; nullptr: it has none.
Kernel KernelFor(const Variant& variant, ComputeType type);

// Cycles that one thread is reckoned to need: tiles x (steps of k at the variant's rate, but no
// faster than its chains of dependent multiply-adds; plus the epilogue and the call). Rows are
// spread evenly over tiles, so they waste nothing; columns beyond n in the last panel are waste.
double EstimateCycles(const Variant& variant, const Problem& problem);

// Every variant in the eyes of dispatch, the picked one marked.
std::vector<VariantChoice> Explain(const Problem& problem, const KernelOptions& options);

// The variant of fewest estimated cycles among those that options allow. Error: the forced variant
// is unknown, does not do this type or cannot run here.
Result<const Variant*> Choose(const Problem& problem, const KernelOptions& options);

}  // namespace assay::gemm
