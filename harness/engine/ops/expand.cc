#include "harness/engine/broadcast.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_ASSIGN_OR_RETURN(std::vector<int64_t> dims, inference.Integers(1));
  const Result<Shape> wanted = Shape::Make(std::move(dims));
  if (!wanted.ok()) return inference.Error("{}", wanted.message());
  ASSAY_ASSIGN_OR_RETURN(const Shape shape,
                         BroadcastShape(inference.node(), inference.shape(0), *wanted));
  return inference.Set(0, inference.dtype(0), shape);
}

// A view that steps nowhere along the axes that are repeated.
Status Lower(const Node& node, Lowerer& lowerer) {
  Operand view = lowerer.Get(node.input(0));
  view.strides = view.BroadcastStrides(lowerer.shape(node.outputs[0]));
  view.shape = lowerer.shape(node.outputs[0]);
  lowerer.Define(node.outputs[0], view);
  return {};
}

}  // namespace

extern const Lowering expand;
const Lowering expand = {.op_type = "Expand", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
