// The case of a whole model: an ONNX file, run by the engine on one thread, layer by layer where
// that is asked for.
#pragma once

#include <string>

#include "harness/gate/registry.h"
#include "kernels/base/status.h"

namespace assay::gate {

// Lives as long as the case that it is in `own` of.
struct ModelFile {
  std::string name;  // Of the case.
  std::string path;
};

// The case but for `quick`; open extents become 1. Error: what the importer or the planner says, or
// the model has operands that the registry has no place for.
Result<assay_case> ModelCase(const ModelFile& file);

}  // namespace assay::gate
