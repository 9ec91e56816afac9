#include <algorithm>

#include "harness/engine/per_image.h"
#include "harness/engine/reshaping.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 2));
  const Shape& shape = inference.shape(0);
  std::vector<int> axes;
  if (inference.has(1)) {
    ASSAY_ASSIGN_OR_RETURN(axes, AxesInput(inference, 1, shape.rank()));
  }
  std::vector<int64_t> dims;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool named = std::ranges::find(axes, axis) != axes.end();
    if (named && shape[axis] != 1) {
      return inference.Error("axis {} of {} has more than one element", axis, shape.ToString());
    }
    if (inference.has(1) ? !named : shape[axis] != 1) dims.push_back(shape[axis]);
  }
  return SetReshaped(inference, std::move(dims));
}

}  // namespace

extern const Lowering squeeze;
const Lowering squeeze = {
    .op_type = "Squeeze", .infer = Infer, .lower = LowerReshaping, .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
