// Tensor: owned dense elements in row-major order; TensorView: the same, borrowed.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "kernels/base/buffer.h"
#include "kernels/base/check.h"
#include "kernels/base/dtype.h"
#include "kernels/base/shape.h"

namespace assay {

struct TensorView {
  void* data = nullptr;
  DType dtype = DType::kF32;
  Shape shape;

  int64_t elements() const { return shape.elements(); }
  size_t bytes() const { return static_cast<size_t>(elements()) * SizeOf(dtype); }
  template <typename T>
  std::span<T> as() const {
    ASSAY_CHECK(DTypeOf<std::remove_const_t<T>>::value == dtype);
    return {static_cast<T*>(data), static_cast<size_t>(elements())};
  }
};

class Tensor {
 public:
  Tensor() : Tensor(DType::kF32, Shape{0}) {}
  // Uninitialized elements.
  Tensor(DType dtype, Shape shape)
      : dtype_(dtype),
        shape_(std::move(shape)),
        buffer_(static_cast<size_t>(shape_.elements()) * SizeOf(dtype)) {}

  template <typename T>
  static Tensor Of(Shape shape, std::span<const T> values) {
    Tensor tensor(DTypeOf<T>::value, std::move(shape));
    ASSAY_CHECK(values.size() == static_cast<size_t>(tensor.elements()));
    if (!values.empty()) std::memcpy(tensor.data(), values.data(), tensor.bytes());
    return tensor;
  }
  template <typename T>
  static Tensor Of(Shape shape, const std::vector<T>& values) {
    return Of<T>(std::move(shape), std::span<const T>(values));
  }
  template <typename T>
  static Tensor Scalar(T value) {
    return Of<T>(Shape{}, std::span<const T>(&value, 1));
  }

  Tensor(Tensor&&) = default;
  Tensor& operator=(Tensor&&) = default;
  Tensor(const Tensor& other) : Tensor(other.dtype_, other.shape_) {
    if (bytes() > 0) std::memcpy(data(), other.data(), bytes());
  }
  Tensor& operator=(const Tensor& other) {
    if (this != &other) *this = Tensor(other);
    return *this;
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  // Same elements, another shape of as many.
  void Reshape(Shape shape) {
    ASSAY_CHECK(shape.elements() == elements());
    shape_ = std::move(shape);
  }
  int64_t elements() const { return shape_.elements(); }
  size_t bytes() const { return static_cast<size_t>(elements()) * SizeOf(dtype_); }
  void* data() { return buffer_.data(); }
  const void* data() const { return buffer_.data(); }
  template <typename T>
  std::span<T> as() {
    ASSAY_CHECK(DTypeOf<T>::value == dtype_);
    return {buffer_.as<T>(), static_cast<size_t>(elements())};
  }
  template <typename T>
  std::span<const T> as() const {
    ASSAY_CHECK(DTypeOf<T>::value == dtype_);
    return {buffer_.as<T>(), static_cast<size_t>(elements())};
  }
  TensorView view() { return {data(), dtype_, shape_}; }

 private:
  DType dtype_;
  Shape shape_;
  Buffer buffer_;
};

}  // namespace assay
