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

namespace {

Status InferAs(Inference& inference, std::initializer_list<DType> allowed,
               std::optional<DType> result) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, allowed));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, {inference.dtype(0)}));
  ASSAY_ASSIGN_OR_RETURN(const Shape shape,
                         BroadcastShape(inference.node(), inference.shape(0), inference.shape(1)));
  return inference.Set(0, result.value_or(inference.dtype(0)), shape);
}

}  // namespace

Status InferBroadcast(Inference& inference, std::initializer_list<DType> allowed) {
  return InferAs(inference, allowed, std::nullopt);
}

Status InferComparison(Inference& inference, std::initializer_list<DType> allowed) {
  return InferAs(inference, allowed, DType::kBool);
}

}  // namespace assay::engine
