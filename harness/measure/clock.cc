#include "harness/measure/clock.h"

#include <time.h>

#include <algorithm>
#include <limits>

namespace assay::measure {
namespace {

double Seconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

int64_t MonotonicNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

double MeasureResolution() {
  int64_t smallest = std::numeric_limits<int64_t>::max();
  for (int i = 0; i < 1000; ++i) {
    const int64_t start = MonotonicNanoseconds();
    int64_t next = start;
    while (next == start) next = MonotonicNanoseconds();
    smallest = std::min(smallest, next - start);
  }
  return static_cast<double>(smallest) * 1e-9;
}

}  // namespace

double MonotonicSeconds() { return Seconds(CLOCK_MONOTONIC); }

double ThreadCpuSeconds() { return Seconds(CLOCK_THREAD_CPUTIME_ID); }

double TimerResolutionSeconds() {
  static const double resolution = MeasureResolution();
  return resolution;
}

}  // namespace assay::measure
