// Winograd transforms with AVX2: 8 channels per vector (transforms.h).
#include "kernels/vector/f32_avx2.h"

#include "kernels/winograd/transforms.h"

namespace assay::winograd {

extern const Variant f32_avx2 = {
    .name = "f32_avx2",
    .isa = Isa::kAvx2,
    .lanes = VecF256::kLanes,
    .f2 = {Input<VecF256, F2<VecF256>>, Output<VecF256, F2<VecF256>>, 50, 30},
    .f4 = {Input<VecF256, F4<VecF256>>, Output<VecF256, F4<VecF256>>, 145, 120},
};

}  // namespace assay::winograd
