// Weights as the integer kernels multiply by them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/graph/graph.h"

namespace assay::engine {

// Codes, u8 or s8, of a matrix of `channels` rows less the zero points of its rows (one for all, or
// one each); or, turned, of its columns, which become the rows. nullopt where a difference is no
// s8.
std::optional<std::vector<int8_t>> Centered(const Tensor& codes, int64_t channels, bool turned,
                                            const std::vector<int32_t>& zero_points);

}  // namespace assay::engine
