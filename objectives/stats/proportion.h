// Exact inference for counts of right and wrong answers.
#pragma once

#include <cstdint>

#include "objectives/stats/interval.h"

namespace assay {

// The share of successes, k of n, 0 <= k <= n. n = 0 gives NaN in [0, 1].
// Exact (conservative) interval: Clopper and Pearson 1934.
Estimate ClopperPearson(int64_t k, int64_t n, double level = 0.95);
// Score interval, close to its level on average: Wilson 1927.
Estimate Wilson(int64_t k, int64_t n, double level = 0.95);

// How two models answered the same samples.
struct PairedCounts {
  int64_t only_first = 0;   // the first is right, the second wrong
  int64_t only_second = 0;  // the other way round
  int64_t total = 0;        // all samples, those where they agree included
};

// Two-sided exact p-value of "both are equally often right" (McNemar's test with the binomial
// distribution of the discordant pairs, not its chi-squared approximation).
double McNemarExact(const PairedCounts& counts);

}  // namespace assay
