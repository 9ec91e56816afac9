// The definition of a product, in plain loops: what every variant is tested against. Shares no code
// with them.
#pragma once

#include <cstdint>

#include "kernels/base/compute.h"

namespace assay::gemm {

// The output stage applied to one value of channel `channel`: for kF32 to an accumulator that holds
// no bias, for the integer types to one that does.
float StoreF32(const OutputStage& stage, float acc, float bias, const float* residual);
uint8_t StoreU8(const OutputStage& stage, int32_t acc, int64_t channel, const uint8_t* residual);

// dst [m][n] = stage(lhs [m][k] x rhs [k][n] + bias [n]), dense, row-major. Types as `type` says.
// kF32 accumulates in double.
void ReferenceGemm(ComputeType type, int64_t m, int64_t n, int64_t k, const void* lhs,
                   const void* rhs, const void* bias, const OutputStage& stage,
                   const void* residual, void* dst);

}  // namespace assay::gemm
