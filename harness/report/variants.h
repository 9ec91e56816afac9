// Kernel variants side by side, as people read them.
#pragma once

#include <string>

#include "harness/compare/variants.h"

namespace assay::report {

// A table of one shape, the fastest first, and who can be the best: "* " marks dispatch's pick.
std::string VariantText(const compare::VariantComparison& comparison, bool markdown);

}  // namespace assay::report
