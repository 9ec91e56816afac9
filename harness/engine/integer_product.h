// The lowering that QConv and QGemm share.
#pragma once

#include "harness/engine/convolution.h"
#include "harness/engine/lowerer.h"
#include "harness/engine/requantization.h"

namespace assay::engine {

// `product`: geometry, weights, bias and source. Makes the output in that order: u8 by one kernel,
// or reals from int32 accumulators.
Status AddIntegerProduct(const Node& node, Lowerer& lowerer, const Convolution& product,
                         Order order);

}  // namespace assay::engine
