// A dataset whose images are held in memory, as their file stored them.
#pragma once

#include <memory>
#include <vector>

#include "harness/data/dataset.h"
#include "kernels/base/tensor.h"

namespace assay::data {

// `images`: u8 or float32, [n, h, w, c] or [n, c, h, w] as `layout` says. `labels`: n, the offset
// already added.
std::unique_ptr<Dataset> MakeMemoryDataset(Tensor images, Layout layout,
                                           std::vector<int64_t> labels);

}  // namespace assay::data
