// The weights of a 3x3 convolution in the space of the products: U = G g G^T.
#pragma once

#include <cstdint>

#include "kernels/base/buffer.h"

namespace assay::winograd {

// `weights` [oc][c][3][3] becomes float [position][oc][c], positions p x p of F(outputs x outputs,
// 3 x 3) with p = outputs + 2; computed in double, rounded once. outputs is 2 or 4.
Buffer TransformWeights(const float* weights, int64_t oc, int64_t c, int outputs);

}  // namespace assay::winograd
