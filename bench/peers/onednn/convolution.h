// Convolutions by oneDNN, dense, grouped and depthwise.
#pragma once

#include "bench/peers/contestant.h"

namespace assay::peers::onednn {

enum class Layout {
  kFree,     // NHWC, or what oneDNN asks for when it may choose: the faster.
  kBlocked,  // Channels in blocks of 16 or 8: the faster.
};

// Bias, ReLU and requantization fused. Images in the layout, reordered outside the timing.
Result<std::unique_ptr<Contestant>> MakeConvolution(const Task& task, Algorithm algorithm,
                                                    Layout layout = Layout::kFree);

}  // namespace assay::peers::onednn
