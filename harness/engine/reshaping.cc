#include "harness/engine/reshaping.h"

#include <algorithm>

namespace assay::engine {

Status LowerReshaping(const Node& node, Lowerer& lowerer) {
  const Shape& shape = lowerer.shape(node.outputs[0]);
  lowerer.Define(node.outputs[0], lowerer.Dense(node.input(0)).Reshaped(shape));
  return {};
}

Status SetReshaped(Inference& inference, std::vector<int64_t> dims) {
  const Result<Shape> shape = Shape::Make(dims);
  if (!shape.ok()) return inference.Error("{}", shape.message());
  if (shape->elements() != inference.shape(0).elements()) {
    return inference.Error("shape {} does not hold the {} elements of {}", shape->ToString(),
                           inference.shape(0).elements(), inference.shape(0).ToString());
  }
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

Result<std::vector<int>> AxesInput(const Inference& inference, size_t input, int rank) {
  ASSAY_ASSIGN_OR_RETURN(const std::vector<int64_t> given, inference.Integers(input));
  std::vector<int> axes;
  for (int64_t axis : given) {
    ASSAY_ASSIGN_OR_RETURN(const int resolved, Axis(inference.node(), axis, rank));
    axes.push_back(resolved);
  }
  std::ranges::sort(axes);
  if (std::ranges::adjacent_find(axes) != axes.end()) return inference.Error("an axis is repeated");
  return axes;
}

}  // namespace assay::engine
