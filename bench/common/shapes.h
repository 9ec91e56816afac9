// Lists of shapes: bench/shapes/*.txt.
#pragma once

#include <string>
#include <vector>

#include "kernels/base/status.h"

namespace assay::bench {

// The shapes of a file: one per line, "#" starts a comment. Error: the file cannot be read.
Result<std::vector<std::string>> ReadShapes(const std::string& file);

}  // namespace assay::bench
