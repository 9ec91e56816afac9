// Winograd transforms of bytes, exact, on single integers (integers.h).
#include "kernels/winograd/integers.h"
#include "kernels/winograd/vec_integers_scalar.h"

namespace assay::winograd {

extern const Variant u8s8_scalar = {
    .name = "u8s8_scalar",
    .isa = Isa::kScalar,
    .type = ComputeType::kU8S8U8,
    .source_lanes = Integer::kLanes,
    .product_lanes = Integer::kLanes,
    .f2 = {},
    .f4 = {Input<Integer, F4Words<Integer>>, Output<Integer, F4Sums<Integer>, FinishBytes>, 150,
           200, 200},
};

}  // namespace assay::winograd
