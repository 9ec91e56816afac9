// The case of one kernel problem, on one thread.
#pragma once

#include "harness/gate/registry.h"
#include "kernels/base/status.h"

namespace assay::gate {

// The case but for `quick`. `name`, which must outlive it, is a shape as catalog::ParseShape reads
// it. Error: it is none.
Result<assay_case> KernelCase(const char* name);

}  // namespace assay::gate
