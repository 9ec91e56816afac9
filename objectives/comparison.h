// Comparison: what a ratio of two times says: better, same, worse, or unsure.
#pragma once

#include <span>
#include <vector>

#include "objectives/stats/location.h"

namespace assay {

enum class Verdict { kBetter, kSame, kWorse, kUnsure };

// "better", "same", "worse", "unsure".
const char* Name(Verdict verdict);

// How many lines may be wrong, of all that are judged together.
enum class Correction {
  kFalseDiscovery,  // A share of 1 - level of the lines called better or worse (and of those called
                    // same) in expectation: Benjamini and Hochberg.
  kAnyFalse,        // None, with probability `level`: Holm.
  kNone,            // Every line by itself.
};

struct ComparisonRules {
  double margin = 0.01;  // Ratios between 1 / (1 + margin) and 1 + margin count as the same.
  double level = 0.95;   // Of intervals; tests err with probability 1 - level.
  Correction correction = Correction::kFalseDiscovery;
};

struct Judgement {
  Estimate ratio;  // With the interval of this line alone.
  Verdict verdict = Verdict::kUnsure;
  // Corrected p-values: small where the ratio is shown to be beyond the margin, or within it; NaN
  // where its error is unknown, which counts for no correction.
  double p_beyond = 1, p_within = 1;
};

// ln(x / y) of two samples of positive times: the difference of the means of the logarithms,
// trimmed by 20 % where both samples have ten values or more (objectives/stats/trimmed.h).
Location LogRatio(std::span<const double> x, std::span<const double> y);

// One line for each logarithm of a ratio candidate / baseline, of times: below 0 is faster. "worse"
// is shown to be slower by more than the margin, "better" faster by more than it, "same" within it;
// "unsure" is what none of these is shown of, as always where the error is unknown.
std::vector<Judgement> Judge(std::span<const Location> log_ratios,
                             const ComparisonRules& rules = {});

}  // namespace assay
