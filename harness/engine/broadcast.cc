#include "harness/engine/broadcast.h"

#include <algorithm>

namespace assay::engine {

Result<Shape> BroadcastShape(const Node& node, const Shape& a, const Shape& b) {
  std::vector<int64_t> dims(static_cast<size_t>(std::max(a.rank(), b.rank())));
  for (size_t i = 0; i < dims.size(); ++i) {
    const int from_end = static_cast<int>(dims.size() - i);
    const int64_t x = from_end <= a.rank() ? a[a.rank() - from_end] : 1;
    const int64_t y = from_end <= b.rank() ? b[b.rank() - from_end] : 1;
    if (x != y && x != 1 && y != 1) {
      return NodeError(node, "shapes {} and {} do not broadcast", a.ToString(), b.ToString());
    }
    dims[i] = x == 1 ? y : x;
  }
  return Shape(std::move(dims));
}

Status InferBroadcast(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(
      inference.ExpectType(0, {DType::kF32, DType::kF64, DType::kI32, DType::kI64}));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, {inference.dtype(0)}));
  ASSAY_ASSIGN_OR_RETURN(const Shape shape,
                         BroadcastShape(inference.node(), inference.shape(0), inference.shape(1)));
  return inference.Set(0, inference.dtype(0), shape);
}

}  // namespace assay::engine
