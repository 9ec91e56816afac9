// Which of several can be the best: the set of tied winners, with simultaneous intervals.
#pragma once

#include <span>
#include <vector>

#include "objectives/stats/interval.h"

namespace assay {

// One of the candidates.
struct Standing {
  // Its time over that of the best of the others: wholly above 1 where it is shown not to be the
  // best, wholly below 1 where it is shown to be.
  Estimate ratio_to_best_other;
  // It can be the best: nobody is shown to be faster, or faster by more than a margin that does not
  // matter.
  bool tied = false;
};

// Candidates timed in the same rounds: logarithms[i][r] is the log time of candidate i in round r.
// Multiple comparisons with the best in the manner of Hsu (1984, "Constrained simultaneous
// confidence intervals for multiple comparisons with the best"; here the smallest is the best), on
// the trimmed means of the differences round by round, so that a slow round hits both. The bounds
// hold for all ordered pairs together (Bonferroni), which costs some width and bounds both sides.
// With probability `level` at least, the true best is among the tied and every interval holds the
// truth. `margin` is of the ratio: 0.01 ties what is within 1 % of the best. Two or more candidates
// of equally many rounds; below two rounds everybody is tied.
std::vector<Standing> CompareWithBest(std::span<const std::vector<double>> logarithms,
                                      double level = 0.95, double margin = 0,
                                      double fraction = 0.2);

}  // namespace assay
