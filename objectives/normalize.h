// One objective's values over the trials, brought to [0, 1], 1 = best. A constant column gives 1 to
// every trial; a value that is not finite gets 0, unless all are such.
#pragma once

#include <span>
#include <vector>

namespace assay {

// Linear between the worst and the best value.
std::vector<double> NormalizeRange(std::span<const double> values, bool higher_is_better);

// INC 1.x's formula: baseline / value (or, for `as_difference`, baseline - value), with zeros read
// as 1e-20; linear between the least and the greatest; reflected where higher is better.
std::vector<double> NormalizeAsInc(std::span<const double> values, double baseline,
                                   bool higher_is_better, bool as_difference);

}  // namespace assay
