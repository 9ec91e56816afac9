// Contest: which variant is the fastest, found in two steps: all of them briefly, then those that
// may be it, with most of the time. Fewer of them need fewer simultaneous intervals, and each has
// more of the time; the second step alone decides, so that the choice of its field costs nothing.
#pragma once

#include <string>
#include <vector>

#include "harness/compare/variants.h"
#include "kernels/base/status.h"

namespace assay::compare {

// Of the variants dispatch's pick, and of the others the fastest that took at most `slack` times as
// long as the fastest of all: up to `most` of them, in the order of the variants.
std::vector<std::string> Contenders(const VariantComparison& comparison, int most = 3,
                                    double slack = 1.15);

// As CompareVariants, of the contenders alone where there are several. `options.names` is empty.
Result<VariantComparison> Contest(const catalog::Problem& problem, const VariantOptions& options);

}  // namespace assay::compare
