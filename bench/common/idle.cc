#include "bench/common/idle.h"

#include <chrono>
#include <thread>

#include "harness/measure/noise.h"

namespace assay::bench {

void WaitUntilIdle() {
  constexpr auto kStep = std::chrono::milliseconds(5);
  constexpr double kIdle_s = 2.5e-4;  // Of CPU time, all threads, in a step.
  for (int i = 0; i < 200; ++i) {
    const double before_s = measure::ProcessCpuSeconds();
    std::this_thread::sleep_for(kStep);
    if (measure::ProcessCpuSeconds() - before_s < kIdle_s) return;
  }
}

}  // namespace assay::bench
