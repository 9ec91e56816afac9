// Winograd transforms of bytes, exact, with AVX-512: 32 and 16 channels per vector (integers.h).
#include "kernels/winograd/integers.h"
#include "kernels/winograd/vec_integers_avx512.h"

namespace assay::winograd {

extern const Variant u8s8_avx512 = {
    .name = "u8s8_avx512",
    .isa = Isa::kAvx512,
    .type = ComputeType::kU8S8U8,
    .source_lanes = Words512::kLanes,
    .product_lanes = Sums512::kLanes,
    .f2 = {},
    .f4 = {Input<Words512, F4Words<Words512>>, Output<Sums512, F4Sums<Sums512>, FinishBytes>, 180,
           180, 200},
};

}  // namespace assay::winograd
