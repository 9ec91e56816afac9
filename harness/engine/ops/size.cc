#include "harness/engine/lowering.h"

namespace assay::engine {

// Always known before the run: there is nothing to lower.
extern const Lowering size;
const Lowering size = {
    .op_type = "Size", .infer = [](Inference& inference) -> Status {
      ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
      return inference.SetConstant(0, Tensor::Scalar(inference.shape(0).elements()));
    }};

}  // namespace assay::engine
