// Matrix products by oneDNN.
#pragma once

#include "bench/peers/contestant.h"

namespace assay::peers::onednn {

// The faster of the matmul and the inner-product primitive. Accumulators (f32, s32) come without a
// bias, which is the least work; u8 is requantized with the zero point folded into a float bias, so
// that no separate step is asked for.
Result<std::unique_ptr<Contestant>> MakeProduct(const Task& task);

}  // namespace assay::peers::onednn
