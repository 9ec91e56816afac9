#include "harness/engine/per_image.h"
#include "harness/engine/reshaping.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  const Shape& shape = inference.shape(0);
  int64_t axis = inference.node().Int("axis", 1);
  if (axis < 0) axis += shape.rank();
  if (axis < 0 || axis > shape.rank()) {
    return inference.Error("axis {} is outside the {} axes of its input", axis, shape.rank());
  }
  const auto split = static_cast<int>(axis);
  return SetReshaped(inference, {shape.elements(0, split), shape.elements(split, shape.rank())});
}

}  // namespace

extern const Lowering flatten;
const Lowering flatten = {
    .op_type = "Flatten", .infer = Infer, .lower = LowerReshaping, .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
