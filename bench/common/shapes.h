// Lists of shapes: bench/shapes/*.txt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace assay::bench {

// One shape per line; "#" starts a comment.
std::vector<std::string> ParseShapes(std::string_view text);
// Those of a file. Error: it cannot be read.
Result<std::vector<std::string>> ReadShapes(const std::string& file);
// The text of bench/shapes/gemm.txt or conv.txt, built in by CMake.
std::string_view BuiltinShapes(std::string_view family);

}  // namespace assay::bench
