#include "kernels/base/shape.h"

namespace assay {

Result<Shape> Shape::Make(std::vector<int64_t> dims) {
  Shape shape(std::move(dims));
  int64_t product = 1;
  for (int64_t dim : shape.dims_) {
    if (dim < 0) return Error("shape " + shape.ToString() + " has a negative extent");
    if (dim == 0) continue;
    if (dim > kMaxElements / product) {
      return Error("shape " + shape.ToString() + " has more than 2^40 elements");
    }
    product *= dim;
  }
  return shape;
}

int64_t Shape::elements() const { return elements(0, rank()); }

int64_t Shape::elements(int begin, int end) const {
  int64_t product = 1;
  for (int axis = begin; axis < end; ++axis) product *= (*this)[axis];
  return product;
}

std::string Shape::ToString() const {
  std::string text = "[";
  for (size_t i = 0; i < dims_.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims_[i]);
  }
  return text + "]";
}

}  // namespace assay
