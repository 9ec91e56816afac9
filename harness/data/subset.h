// Some samples of a dataset, in an order of its own.
#pragma once

#include <memory>
#include <vector>

#include "harness/data/dataset.h"

namespace assay::data {

// Sample i is sample indices[i] of the whole; each index is in [0, whole->size()).
std::unique_ptr<Dataset> MakeSubset(std::shared_ptr<const Dataset> whole,
                                    std::vector<int64_t> indices);

}  // namespace assay::data
