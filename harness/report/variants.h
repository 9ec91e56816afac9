// Kernel variants side by side, as people read them.
#pragma once

#include <span>
#include <string>

#include "harness/compare/variants.h"

namespace assay::report {

// A table of one shape, the fastest first, and who can be the best: "* " marks dispatch's pick.
std::string VariantText(const compare::VariantComparison& comparison, bool markdown);

// A line for each shape: dispatch's pick and the winners, where it is beaten by how much.
std::string DispatchText(std::span<const compare::VariantComparison> comparisons, bool markdown);

}  // namespace assay::report
