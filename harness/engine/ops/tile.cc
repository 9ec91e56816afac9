#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_ASSIGN_OR_RETURN(const std::vector<int64_t> repeats, inference.Integers(1));
  std::vector<int64_t> dims = inference.shape(0).dims();
  if (repeats.size() != dims.size()) {
    return inference.Error("{} repeats for {} axes", repeats.size(), dims.size());
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    if (repeats[i] < 0 || repeats[i] > Shape::kMaxElements) {
      return inference.Error("axis {} is repeated {} times", i, repeats[i]);
    }
    if (dims[i] > 0 && repeats[i] > Shape::kMaxElements / dims[i]) {
      return inference.Error("axis {} of {} is repeated {} times", i, dims[i], repeats[i]);
    }
    dims[i] *= repeats[i];
  }
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

// An axis of e elements repeated r times is an axis of r that steps nowhere, and one of e.
Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  std::vector<int64_t> dims;
  Strides strides;
  for (int axis = 0; axis < src.shape.rank(); ++axis) {
    const int64_t repeats = dst.shape[axis] / src.shape[axis];
    if (repeats > 1) {
      dims.push_back(repeats);
      strides.push_back(0);
    }
    dims.push_back(src.shape[axis]);
    strides.push_back(src.strides[static_cast<size_t>(axis)]);
  }
  if (dims.size() > static_cast<size_t>(kMaxRank)) {
    return NodeError(node, "{} axes and repeated axes, at most {} are supported", dims.size(),
                     kMaxRank);
  }
  Operand repeated = src;
  repeated.shape = Shape(std::move(dims));
  repeated.strides = std::move(strides);
  lowerer.Copy(node, "Tile", repeated, dst.Reshaped(repeated.shape));
  return {};
}

}  // namespace

extern const Lowering tile;
const Lowering tile = {.op_type = "Tile", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
