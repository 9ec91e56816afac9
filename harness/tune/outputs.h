// What a ranked run leaves in its workspace.
#pragma once

#include "harness/tune/run_parts.h"
#include "harness/tune/tuner.h"
#include "kernels/base/status.h"

namespace assay::tune {

// Writes best.onnx (the winner; the fp32 model, when nothing gains), the models of the front and
// variants.json where they are asked for, and result.json; names the files in the result. Those of
// an earlier run go. Error: the disk.
Status WriteOutputs(const RunParts& parts, TuneResult& result);

}  // namespace assay::tune
