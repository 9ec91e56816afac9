// The clocks that latency is read from: seconds since an arbitrary moment, as double.
#pragma once

#include <functional>

namespace assay::measure {

// Wall time that never goes back (CLOCK_MONOTONIC).
double MonotonicSeconds();

// CPU time of the calling thread (CLOCK_THREAD_CPUTIME_ID).
double ThreadCpuSeconds();

// Smallest step that MonotonicSeconds was seen to make, measured once: its period or the cost of
// reading it, whichever is larger.
double TimerResolutionSeconds();

// What a runner reads; replaced in tests.
struct Clock {
  std::function<double()> wall_s = MonotonicSeconds;
  std::function<double()> cpu_s = ThreadCpuSeconds;
};

}  // namespace assay::measure
