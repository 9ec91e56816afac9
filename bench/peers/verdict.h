// Verdict: what a race says of Assay against its best peer, contest by contest.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/race.h"
#include "objectives/stats/interval.h"

namespace assay::peers {

// The contests: "gemm", "conv", "depthwise": direct algorithms on both sides; "winograd": Assay's
// choice against the peers' Winograd; "winograd/direct": Assay's choice against the best direct
// peer, where it is Winograd; "choice": of convolutions, Assay's choice against the best peer,
// whatever the algorithms; "dispatch": Assay's choice against its other variants of the algorithm;
// "scaling": one thread of Assay against several.
struct Verdict {
  std::string contest;
  const Race* race = nullptr;
  const Lane* ours = nullptr;
  const Lane* best = nullptr;  // The fastest opponent by median.
  Estimate ratio;              // The opponent's time / ours, rounds resampled in pairs.
};

// The races must outlive it.
std::vector<Verdict> Judge(const std::vector<Race>& races);

// Of the ratios; NaN of none.
double GeometricMean(const std::vector<Verdict>& verdicts);

}  // namespace assay::peers
