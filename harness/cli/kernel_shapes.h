// Kernel problems as a command line and files of shapes spell them.
#pragma once

#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/catalog.h"

namespace assay::cli {

// As catalog::ParseShape; "gemm:u8s8:" and "conv:u8s8:" are short for what networks do: products to
// s32, convolutions to u8.
Result<catalog::Problem> ParseProblem(const std::string& shape);

// Those of `shapes`, then those of `file` ("": none), a line each, "#" starting a comment. A line
// without a family and types, as in bench/shapes, is done in f32 and u8s8. The suites of
// `assay gate` (bench/shapes/gate.txt) will do: their mark "quick" says nothing here, and lines of
// models are left out. Error: a shape that is none, with the file.
Result<std::vector<catalog::Problem>> ParseProblems(const std::vector<std::string>& shapes,
                                                    const std::string& file);

}  // namespace assay::cli
