// Calibrate: runs an fp32 model over sample inputs and observes the values that may be quantized.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "harness/graph/graph.h"
#include "harness/quantize/ranges.h"
#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::quantize {

struct CalibrationOptions {
  std::string_view algorithm = "minmax";
  int64_t samples = 100;
  int64_t batch_size = 32;
  int threads = 1;
  int64_t winograd_bytes = KernelOptions().winograd_bytes;
  // Asked between batches; true ends with the error "interrupted".
  std::function<bool()> stop;
  // Samples done, of how many.
  std::function<void(int64_t done, int64_t total)> progress;
};

// Fills the model's inputs, whose first extent is the batch, with samples from `first` on.
using BatchSource = std::function<Status(int64_t first, std::span<const TensorView> inputs)>;

// The range of every value in CalibratedValues(graph). The result does not depend on the batch
// size. Error: the graph cannot be planned, or what `source` says.
Result<Ranges> Calibrate(const Graph& graph, const BatchSource& source,
                         const CalibrationOptions& options);

}  // namespace assay::quantize
