// Winograd transforms of bytes, exact, with AVX2: 16 and 8 channels per vector (integers.h).
#include "kernels/winograd/integers.h"
#include "kernels/winograd/vec_integers_avx2.h"

namespace assay::winograd {

extern const Variant u8s8_avx2 = {
    .name = "u8s8_avx2",
    .isa = Isa::kAvx2,
    .type = ComputeType::kU8S8U8,
    .source_lanes = Words256::kLanes,
    .product_lanes = Sums256::kLanes,
    .f2 = {},
    .f4 = {Input<Words256, F4Words<Words256>>, Output<Sums256, F4Sums<Sums256>, FinishBytes>, 180,
           200, 200},
};

}  // namespace assay::winograd
