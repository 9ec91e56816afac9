// Convolutions by oneDNN, dense, grouped and depthwise.
#pragma once

#include "bench/peers/contestant.h"

namespace assay::peers::onednn {

// Bias, ReLU and requantization fused. The faster of two ways: images in NHWC, or in the layout
// that oneDNN would choose, with the reorders left out of the timing.
Result<std::unique_ptr<Contestant>> MakeConvolution(const Task& task, Algorithm algorithm);

}  // namespace assay::peers::onednn
