// What a model takes in a fresh process that has nothing but it and one engine: the time from the
// file to a session, and memory.
#pragma once

#include <span>
#include <string>

#include "bench/peers/onnxruntime/record.h"
#include "bench/peers/onnxruntime/subject.h"
#include "harness/engine/plan.h"
#include "kernels/base/status.h"

namespace assay::bench {

// Before measure::MaybeRunChild.
void RegisterFresh();

struct EngineRequest {
  std::string library;  // "" is Assay.
  SubjectOptions options;
  std::span<const engine::Port> inputs, outputs;  // The model's.
};

// In several processes, one after the other: medians. Memory is the peak of the resident set (VmHWM
// of /proc) above the resident set before the file is opened, when the engine's library is loaded.
// Before the inferences freed memory is given back to the system and the peak starts anew, for both
// engines alike.
Result<Fresh> MeasureFresh(const EngineRequest& request);

// Median of a run where there is no other engine.
Result<double> MeasureAlone(const EngineRequest& request);

}  // namespace assay::bench
