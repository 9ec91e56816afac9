// What disturbed a measurement, as the kernel counts it: reported beside times, never subtracted.
#pragma once

#include <cstdint>
#include <optional>

namespace assay::measure {

// Times that a thread of this process lost its CPU while it could have run on (ru_nivcsw).
int64_t InvoluntarySwitches();

// Seconds that the hypervisor gave to others while a CPU of this machine wanted to run, all CPUs
// summed, since boot, in steps of a kernel tick (10 ms); nullopt where /proc/stat does not say.
std::optional<double> StealSeconds();

// CPU time of all processes, and of the hypervisor's theft, on all CPUs since boot, in the same steps.
std::optional<double> BusySeconds();
// CPU time of this process, all threads.
double ProcessCpuSeconds();

}  // namespace assay::measure
