#include "harness/engine/per_image.h"
#include "harness/engine/reshaping.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_ASSIGN_OR_RETURN(const std::vector<int64_t> given, inference.Integers(1));
  const auto added = static_cast<int>(std::min<size_t>(given.size(), 64));
  ASSAY_ASSIGN_OR_RETURN(const std::vector<int> axes,
                         AxesInput(inference, 1, inference.shape(0).rank() + added));
  std::vector<int64_t> dims = inference.shape(0).dims();
  for (int axis : axes) dims.insert(dims.begin() + axis, 1);
  return SetReshaped(inference, std::move(dims));
}

}  // namespace

extern const Lowering unsqueeze;
const Lowering unsqueeze = {
    .op_type = "Unsqueeze", .infer = Infer, .lower = LowerReshaping, .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
