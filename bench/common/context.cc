#include "bench/common/context.h"

#include <benchmark/benchmark.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "harness/measure/allocation.h"
#include "harness/measure/machine.h"

namespace assay::bench {

void AddContext() {
  benchmark::AddCustomContext("assay_version", ASSAY_VERSION);
  const nlohmann::json machine = measure::ToJson(measure::ThisMachine());
  for (const auto& [key, value] : machine.items()) {
    if (key == "caches") continue;  // Google Benchmark's context has them.
    benchmark::AddCustomContext("machine_" + key,
                                value.is_string() ? value.get<std::string>() : value.dump());
  }
}

double PeakBytes(const std::function<void()>& work) {
  auto tracker = measure::AllocationTracker::Start();
  work();
  if (!tracker.ok()) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(tracker->Stop().peak_bytes);
}

}  // namespace assay::bench
