// The definition of a convolution, in plain loops: what every variant is tested against.
#pragma once

#include "kernels/base/compute.h"
#include "kernels/conv/spec.h"

namespace assay::conv {

// Operands and strides as conv::Conv::Run, weights as Conv::Make. kF32 accumulates in double.
void ReferenceConv(const ConvSpec& spec, ComputeType type, const void* src, const Weights& weights,
                   const OutputStage& stage, const void* residual, void* dst);

// The same for one output pixel of n x oh x ow: `out` takes its oc channels.
void ReferencePixel(const ConvSpec& spec, ComputeType type, const void* src, const Weights& weights,
                    const OutputStage& stage, const void* residual, int64_t pixel, void* out);

}  // namespace assay::conv
