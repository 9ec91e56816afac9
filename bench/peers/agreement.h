// Whether a peer computed the same.
#pragma once

#include "bench/peers/contestant.h"

namespace assay::peers {

// Runs the contestant once and compares all it wrote with task.operands.dst, which was verified:
//   s32  equal;
//   u8   within one step, since libraries round differently;
//   f32  within k 2^-23, the bound of a sum of k products below 1; for Winograd, on either side,
//        32 times as far.
// Error: the first output beyond that, and how many there are.
Status CheckAgreement(const Task& task, Algorithm algorithm, Contestant& contestant);

}  // namespace assay::peers
