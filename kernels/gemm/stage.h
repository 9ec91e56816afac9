// The output stage (kernels/base/compute.h) as a micro-kernel takes it: constants, and one bias and
// scale per column in the order of the packed panels.
#pragma once

#include "kernels/base/buffer.h"
#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/gemm/packing.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {

// Error: a zero point outside 0..255, a lower clamp above the upper, a scale or ratio that
// is not finite, neither one scale nor one per channel.
Status CheckStage(const OutputStage& stage, ComputeType type, int64_t channels);

Stage ToStage(const OutputStage& stage);

// Bias per column; for the integer types less src_zero_point times the column's sum, so that the
// kernel multiplies raw u8: sum (a - z) w = sum a w - z sum w, in wrapping int32. Zeros for
// kS16S16S32.
Buffer PackBias(const RhsView& rhs, const void* bias, const OutputStage& stage, ComputeType type,
                const Variant& variant);

// Scale per column; empty unless kU8S8U8.
Buffer PackScale(const RhsView& rhs, const OutputStage& stage, ComputeType type,
                 const Variant& variant);

}  // namespace assay::gemm
