// The Pareto front of a dominance relation, and its hypervolume.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/base/function_ref.h"

namespace assay {

// The trials of [0, n) that no trial of the front dominates, ascending.
//
// For an ordinary dominance relation these are the non-dominated ones. Noise-aware dominance is
// neither transitive nor free of cycles (a beats b, b beats c, yet a and c cannot be told apart),
// so a trial is dropped only by one that itself stays: the kernel of the relation. Trials that
// dominate one another in a circle, and are dominated by no trial that stays, stay together. Hence
// the front is never empty, and a trial that is not on it can be left out without changing it.
std::vector<size_t> ParetoFront(size_t n, FunctionRef<bool(size_t x, size_t y)> dominates);

// The exact volume that the points dominate, where smaller is better in each coordinate, bounded by
// the reference point. Points that are not better than the reference in every coordinate add
// nothing. Exact for any number of coordinates (WFG: While, Bradstreet and Barone 2012); fast for
// up to four.
double Hypervolume(std::span<const std::vector<double>> points, std::span<const double> reference);

}  // namespace assay
