// The ratio of the medians of two independent samples, such as two files of repetitions.
#pragma once

#include <span>

#include "objectives/stats/bootstrap.h"

namespace assay {

// median(numerator) / median(denominator) of positive values. Each sample is resampled by itself
// and the difference of the medians' logarithms read at its percentiles (Efron and Tibshirani 1993,
// chapter 13; Wilcox 2017, "Introduction to Robust Estimation and Hypothesis Testing", 5.4), so
// that swapping the samples inverts the interval. For samples of 5 and more: of fewer, resampling
// sees too few medians (tests/objectives/stats/median_ratio_test.cc has the coverage), and below
// two the interval is unbounded. options.method does not matter.
Estimate IndependentMedianRatio(std::span<const double> numerator,
                                std::span<const double> denominator,
                                const BootstrapOptions& options = {});

}  // namespace assay
