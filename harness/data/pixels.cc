#include "harness/data/pixels.h"

#include <algorithm>

namespace assay::data {
namespace {

// dst[column][row] = src[row][column]: [h * w, c] to [c, h * w] and back.
template <typename T>
void TransposeMatrix(std::span<const T> src, std::span<T> dst, int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      dst[static_cast<size_t>(column * rows + row)] =
          src[static_cast<size_t>(row * columns + column)];
    }
  }
}

}  // namespace

Tensor WithLayout(Tensor image, Layout from, Layout to) {
  ASSAY_CHECK(image.shape().rank() == 3);
  if (from == to) return image;
  const Shape& shape = image.shape();
  const bool to_chw = to == Layout::kChw;
  Tensor turned(image.dtype(),
                to_chw ? Shape{shape[2], shape[0], shape[1]} : Shape{shape[1], shape[2], shape[0]});
  const int64_t rows = to_chw ? shape[0] * shape[1] : shape[0];
  const int64_t columns = to_chw ? shape[2] : shape[1] * shape[2];
  const Tensor& source = image;
  if (image.dtype() == DType::kU8) {
    TransposeMatrix(source.as<uint8_t>(), turned.as<uint8_t>(), rows, columns);
  } else {
    TransposeMatrix(source.as<float>(), turned.as<float>(), rows, columns);
  }
  return turned;
}

Tensor AsFloat(Tensor image) {
  if (image.dtype() == DType::kF32) return image;
  Tensor floats(DType::kF32, image.shape());
  std::ranges::copy(image.as<uint8_t>(), floats.as<float>().begin());
  return floats;
}

}  // namespace assay::data
