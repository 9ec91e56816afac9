// Winograd transforms with AVX-512: 16 channels per vector (transforms.h).
#include "kernels/vector/f32_avx512.h"

#include "kernels/winograd/transforms.h"

namespace assay::winograd {

extern const Variant f32_avx512 = {
    .name = "f32_avx512",
    .isa = Isa::kAvx512,
    .lanes = VecF512::kLanes,
    .f2 = {Input<VecF512, F2<VecF512>>, Output<VecF512, F2<VecF512>>, 45, 35},
    .f4 = {Input<VecF512, F4<VecF512>>, Output<VecF512, F4<VecF512>>, 105, 75},
};

}  // namespace assay::winograd
