// Seeded bootstrap intervals (Efron and Tibshirani 1993, "An Introduction to the Bootstrap"). The
// same values, options and seed give the same interval on every machine and standard library.
// A sample of fewer than two values gives an unbounded interval: nothing is known.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/function_ref.h"
#include "objectives/stats/interval.h"

namespace assay {

enum class BootstrapMethod {
  kPercentile,  // quantiles of the resampled statistic; right for medians
  kBca,  // bias-corrected and accelerated (chapter 14.3); for smooth statistics such as means
};

struct BootstrapOptions {
  int resamples = 2000;
  double level = 0.95;
  uint64_t seed = 1;
  BootstrapMethod method = BootstrapMethod::kPercentile;
};

// The median of one sample.
Estimate BootstrapMedian(std::span<const double> values, const BootstrapOptions& options = {});

// median(numerator) / median(denominator), of positive values measured in the same rounds: value i
// of both comes from round i, and rounds are resampled whole, so that a slow moment of the machine
// hits both. The two have the same length.
Estimate BootstrapMedianRatio(std::span<const double> numerator,
                              std::span<const double> denominator,
                              const BootstrapOptions& options = {});

// mean(x[i] - y[i]) of paired samples of the same length.
Estimate BootstrapMeanDifference(std::span<const double> x, std::span<const double> y,
                                 const BootstrapOptions& options = {
                                     .method = BootstrapMethod::kBca});

// Any statistic of n observations: it is given n indices in [0, n), with repetition.
using IndexedStatistic = FunctionRef<double(std::span<const uint32_t> indices)>;
Estimate Bootstrap(uint32_t n, IndexedStatistic statistic, const BootstrapOptions& options = {});

}  // namespace assay
