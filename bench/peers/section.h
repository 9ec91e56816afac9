// Sections: the tables of a contest and type.
#pragma once

#include <string>
#include <vector>

#include "bench/common/section.h"
#include "bench/peers/verdict.h"

namespace assay::peers {

using bench::Section;

// In the order in which contests and types first appear. One row per verdict: times of Assay and of
// all peers in microseconds, shares of peak, the ratio to the best peer and its 95 % interval.
std::vector<Section> MakeSections(const std::vector<Verdict>& verdicts);

// The lanes of each race that no section shows: Assay's variants and its one-thread run.
std::vector<Section> MakeVariantSections(const std::vector<Race>& races);

}  // namespace assay::peers
