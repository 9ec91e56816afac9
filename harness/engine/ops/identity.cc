#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  return inference.Set(0, inference.dtype(0), inference.shape(0));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  lowerer.Define(node.outputs[0], lowerer.Get(node.input(0)));
  return {};
}

}  // namespace

extern const Lowering identity;
const Lowering identity = {
    .op_type = "Identity", .infer = Infer, .lower = Lower, .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
