// Footprint of a model: usable bytes live at the peak of loading nothing but the model and running
// it, minus those live before, over all threads, weights included; in a fresh child process.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/tuned.h"
#include "kernels/base/compute.h"
#include "kernels/base/status.h"

namespace assay::measure {

struct FootprintRequest {
  std::string model;  // Path of the ONNX file.
  int batch = 1;
  int threads = 1;
  int64_t winograd_bytes = KernelOptions().winograd_bytes;
  std::vector<TunedShape> tuned = {};  // Empty: plans follow what they follow in any process.
};

struct Footprint {
  // nullopt where allocations cannot be counted exactly; `unavailable` then says why.
  std::optional<int64_t> peak_bytes;
  std::string unavailable;
  int64_t arena_bytes = 0;     // As planned by the engine.
  int64_t peak_rss_bytes = 0;  // Resident set of the whole child at its peak (VmHWM).
  int64_t allocations = 0;     // Blocks obtained while peak_bytes was counted.
};

// Loads nothing but the model, runs it once or more, lets it go, and returns the bytes of its
// arena. Runs in the child.
using FootprintFunction = std::function<Result<int64_t>(const FootprintRequest& request)>;

// Before MaybeRunChild (child.h), in every process that calls MeasureFootprint.
void RegisterFootprint(FootprintFunction function);

// Error: the model's own (not found, not supported), or the child's end (child.h).
Result<Footprint> MeasureFootprint(const FootprintRequest& request, double timeout_s = 300);

}  // namespace assay::measure
