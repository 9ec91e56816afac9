// Winograd transforms with AVX2: 8 channels per vector (floats.h).
#include "kernels/vector/f32_avx2.h"

#include "kernels/winograd/floats.h"

namespace assay::winograd {

extern const Variant f32_avx2 = {
    .name = "f32_avx2",
    .isa = Isa::kAvx2,
    .type = ComputeType::kF32,
    .source_lanes = VecF256::kLanes,
    .product_lanes = VecF256::kLanes,
    .f2 = {Input<VecF256, F2<VecF256>>, Output<VecF256, F2<VecF256>, FinishFloats>, 50, 30},
    .f4 = {Input<VecF256, F4<VecF256>>, Output<VecF256, F4<VecF256>, FinishFloats>, 145, 120},
};

}  // namespace assay::winograd
