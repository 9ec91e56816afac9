// The geometric mean of ratios, with its interval.
#pragma once

#include <span>

#include "objectives/stats/location.h"

namespace assay {

// The mean of independent logarithms, each with its own error: what these very subjects did on
// average, known as well as each was measured. It says nothing of subjects that were not chosen.
// Degrees of freedom after Satterthwaite (1946). Unknown when one of them is, or there is none;
// the value is the mean all the same.
Location MeanOf(std::span<const Location> logarithms);

// exp of an estimate and its interval: from a difference of logarithms to a ratio.
Estimate Exp(const Estimate& logarithm);

}  // namespace assay
