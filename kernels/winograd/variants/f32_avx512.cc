// Winograd transforms with AVX-512: 16 channels per vector (floats.h).
#include "kernels/vector/f32_avx512.h"

#include "kernels/winograd/floats.h"

namespace assay::winograd {

extern const Variant f32_avx512 = {
    .name = "f32_avx512",
    .isa = Isa::kAvx512,
    .type = ComputeType::kF32,
    .source_lanes = VecF512::kLanes,
    .product_lanes = VecF512::kLanes,
    .f2 = {Input<VecF512, F2<VecF512>>, Output<VecF512, F2<VecF512>, FinishFloats>, 45, 35},
    .f4 = {Input<VecF512, F4<VecF512>>, Output<VecF512, F4<VecF512>, FinishFloats>, 105, 75},
};

}  // namespace assay::winograd
