// Winograd transforms on single floats (floats.h).
#include "kernels/winograd/floats.h"
#include "kernels/winograd/vec_f32_scalar.h"

namespace assay::winograd {

extern const Variant f32_scalar = {
    .name = "f32_scalar",
    .isa = Isa::kScalar,
    .type = ComputeType::kF32,
    .source_lanes = VecF32::kLanes,
    .product_lanes = VecF32::kLanes,
    .f2 = {Input<VecF32, F2<VecF32>>, Output<VecF32, F2<VecF32>, FinishFloats>, 22, 18},
    .f4 = {Input<VecF32, F4<VecF32>>, Output<VecF32, F4<VecF32>, FinishFloats>, 100, 90},
};

}  // namespace assay::winograd
