// Score inference for the mean of bounded values, such as differences of paired outcomes. The
// variance is not the sample's but that under the hypothesis: of the distribution nearest to the
// observed one (largest empirical likelihood: Owen 1988, "Empirical likelihood ratio confidence
// intervals for a single functional") that has the mean in question and may also take the extreme
// values. For 0/1 outcomes these are the score tests of Tango (1998, "Equivalence test and
// confidence interval for the difference in proportions for the paired-sample design") and of Nam
// and Blackwelder (2002, "Analysis of the ratio of marginal probabilities in a matched-pair
// setting"). Where a loss is rare, few losses by luck do not make it look certain, as they do to
// Student's t test.
#pragma once

#include <span>

#include "objectives/stats/interval.h"
#include "objectives/stats/proportion.h"

namespace assay {

// One-sided p-value of "the mean of `values` is at most 0", for values >= lowest, lowest < 0. 1 for
// fewer than two values, and where all are 0 (nothing then tells the mean from 0).
double MeanAboveZeroPValue(std::span<const double> values, double lowest);

// (share of the first that is right) - (share of the second), with Tango's score interval.
// No samples give NaN in [-1, 1].
Estimate PairedScoreDifference(const PairedCounts& counts, double level = 0.95);

}  // namespace assay
