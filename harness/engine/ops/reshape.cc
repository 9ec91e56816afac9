#include "harness/engine/per_image.h"
#include "harness/engine/reshaping.h"

namespace assay::engine {
namespace {

// The one extent -1 is what is left.
Status FillOpenExtent(const Inference& inference, std::vector<int64_t>& dims) {
  int64_t known = 1;
  int64_t* open = nullptr;
  for (int64_t& dim : dims) {
    if (dim == -1 && open == nullptr) {
      open = &dim;
    } else if (dim < 0 || (dim > 0 && known > Shape::kMaxElements / dim)) {
      return inference.Error("the shape given has the extent {}", dim);
    } else {
      known *= dim;
    }
  }
  if (open == nullptr) return {};
  const int64_t elements = inference.shape(0).elements();
  if (known == 0 || elements % known != 0) {
    return inference.Error("{} elements do not divide into {}", elements, known);
  }
  *open = elements / known;
  return {};
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_ASSIGN_OR_RETURN(std::vector<int64_t> dims, inference.Integers(1));
  const Shape& shape = inference.shape(0);
  if (inference.node().Int("allowzero", 0) == 0) {
    for (size_t i = 0; i < dims.size(); ++i) {
      if (dims[i] != 0) continue;
      if (static_cast<int>(i) >= shape.rank()) {
        return inference.Error("extent {} of the shape given is 0, the input has {} axes", i,
                               shape.rank());
      }
      dims[i] = shape[static_cast<int>(i)];
    }
  }
  ASSAY_RETURN_IF_ERROR(FillOpenExtent(inference, dims));
  return SetReshaped(inference, std::move(dims));
}

}  // namespace

extern const Lowering reshape;
const Lowering reshape = {
    .op_type = "Reshape", .infer = Infer, .lower = LowerReshaping, .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
