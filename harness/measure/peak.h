// The arithmetic peak of one thread on this machine, measured by register-only loops
// (kernels/peak): what a kernel's speed is a fraction of.
#pragma once

#include <string>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/cpu/isa.h"

namespace assay::measure {

struct Peak {
  double ops_per_s = 0;  // A multiply-add counts as two.
  std::string variant;   // The loop that was the fastest.
};

// The best of several short bursts of every loop of this type that `usable` allows, about 30 ms for
// each loop, in this process, then remembered for it. kU8S8S32 and kU8S8U8 share one peak. Error:
// no loop of `usable` (there is none for kScalar).
Result<Peak> MeasurePeak(ComputeType type, IsaSet usable = UsableIsas());

// Cycles per second of this core just now, from a chain of dependent register additions, one per
// cycle. Falls on any slower CPU state and on time stolen by a neighbor; the best of several.
double MeasureClockHz();

}  // namespace assay::measure
