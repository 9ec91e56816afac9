// Whether a peer computed the same.
#pragma once

#include "harness/compare/peer.h"

namespace assay::compare {

// Runs it once and compares all it wrote with task.operands.dst, which was verified:
//   s32  equal;
//   u8   within one step, since libraries round differently;
//   f32  within k 2^-23, the bound of a sum of k products below 1; for Winograd, on either side,
//        32 times as far.
// Error: the first output beyond that, and how many there are.
Status CheckAgreement(const PeerTask& task, Algorithm algorithm, PeerRun& run);

}  // namespace assay::compare
