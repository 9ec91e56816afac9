#include "harness/engine/operand.h"

#include "kernels/base/check.h"

namespace assay::engine {
namespace {

// Whether elements lie where `strides` says, axes of extent 1 apart.
bool LieAs(const Operand& operand, const Strides& strides) {
  if (operand.shape.elements() <= 1) return true;
  for (int axis = 0; axis < operand.shape.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    if (operand.shape[axis] != 1 && operand.strides[i] != strides[i]) return false;
  }
  return true;
}

}  // namespace

Strides DenseStrides(const Shape& shape) {
  Strides strides(static_cast<size_t>(shape.rank()));
  int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

Strides ImageStrides(const Shape& shape, int64_t pixel) {
  ASSAY_CHECK(shape.rank() == 4);
  return {shape[2] * shape[3] * pixel, 1, shape[3] * pixel, pixel};
}

bool Operand::IsDense() const { return LieAs(*this, DenseStrides(shape)); }

int64_t Operand::PixelStride() const {
  if (shape.rank() != 4) return 0;
  int64_t pixel = shape[1];
  // The innermost spatial axis that has more than one element tells.
  if (shape[3] > 1) {
    pixel = strides[3];
  } else if (shape[2] > 1) {
    pixel = strides[2];
  } else if (shape[0] > 1) {
    pixel = strides[0];
  }
  return pixel >= shape[1] && LieAs(*this, ImageStrides(shape, pixel)) ? pixel : 0;
}

bool Operand::ChannelsLast() const {
  return shape.rank() == 4 && shape[1] > 1 && strides[1] == 1 && !IsDense();
}

Operand Operand::Permuted(const std::vector<int64_t>& axes) const {
  Operand view = *this;
  for (size_t i = 0; i < axes.size(); ++i) {
    view.shape[static_cast<int>(i)] = shape[static_cast<int>(axes[i])];
    view.strides[i] = strides[static_cast<size_t>(axes[i])];
  }
  return view;
}

Operand Operand::Sliced(int axis, int64_t start, int64_t step, int64_t extent) const {
  Operand view = *this;
  const auto i = static_cast<size_t>(axis);
  if (extent > 0) view.offset += start * strides[i];
  view.strides[i] *= step;
  view.shape[axis] = extent;
  return view;
}

Operand Operand::Reshaped(Shape to) const {
  ASSAY_CHECK(IsDense() && to.elements() == shape.elements());
  Operand view = *this;
  view.strides = DenseStrides(to);
  view.shape = std::move(to);
  return view;
}

Strides Operand::BroadcastStrides(const Shape& to) const {
  Strides result(static_cast<size_t>(to.rank()), 0);
  const int lead = to.rank() - shape.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == to[axis + lead] && shape[axis] != 1) {
      result[static_cast<size_t>(axis + lead)] = strides[static_cast<size_t>(axis)];
    }
  }
  return result;
}

}  // namespace assay::engine
