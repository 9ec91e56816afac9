// Multiple testing: p-values adjusted for how many were looked at. An adjusted p-value is the
// smallest level at which its hypothesis would be rejected. Order is kept; a NaN, a test that could
// not be made, stays NaN and does not count.
#pragma once

#include <span>
#include <vector>

namespace assay {

// Controls the expected share of false ones among the rejections, of independent or positively
// dependent tests (Benjamini and Hochberg 1995, "Controlling the false discovery rate").
std::vector<double> BenjaminiHochberg(std::span<const double> p_values);

// Controls the probability of a single false rejection, whatever the dependence (Holm 1979, "A
// simple sequentially rejective multiple test procedure").
std::vector<double> Holm(std::span<const double> p_values);

}  // namespace assay
