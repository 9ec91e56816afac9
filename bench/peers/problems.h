// The problems that the command line asks for.
#pragma once

#include <vector>

#include "bench/peers/options.h"

namespace assay::peers {

// Error: a file, shape, request or expression that is not one, or nothing is left.
Result<std::vector<catalog::Problem>> Problems(const Options& options);

}  // namespace assay::peers
