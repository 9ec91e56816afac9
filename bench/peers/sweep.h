// Sweep: random shapes that nobody tuned for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/peers/verdict.h"
#include "kernels/base/status.h"

namespace assay::peers {

// `request` is "gemm:COUNT" or "conv:COUNT"; a third of convolutions are depthwise. Extents are
// log-uniform, half of the channels multiples of 8; types take turns. The same seed gives the same
// shapes everywhere. Error: another spelling.
Result<std::vector<catalog::Problem>> RandomProblems(const std::string& request, uint64_t seed,
                                                     const std::vector<ComputeType>& types);

// How a sweep came out, family by family: how many are below 0.8 of the best peer, and the ten
// worst.
struct SweepSummary {
  std::string text;
  bool passed = true;  // No family has more than 5 % below 0.8.
};
SweepSummary Summarize(const std::vector<Verdict>& verdicts);

}  // namespace assay::peers
