// From an element type known at run time to one known at compile time.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/base/check.h"
#include "kernels/base/dtype.h"

namespace assay::engine {

// Calls `function` with a value of the element type, and returns what it returns.
template <typename Function>
auto WithType(DType dtype, const Function& function) {
  switch (dtype) {
    case DType::kF32:
      return function(float{});
    case DType::kF64:
      return function(double{});
    case DType::kI64:
      return function(int64_t{});
    case DType::kI32:
      return function(int32_t{});
    case DType::kU8:
      return function(uint8_t{});
    case DType::kI8:
      return function(int8_t{});
    case DType::kBool:
      return function(bool{});
  }
  ASSAY_CHECK(false);
  return function(float{});
}

// The same for types that inference has narrowed down to numbers,
template <typename Function>
auto WithNumber(DType dtype, const Function& function) {
  return WithType(dtype, [&]<typename T>(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      ASSAY_CHECK(false);
      return function(uint8_t{});
    } else {
      return function(value);
    }
  });
}

// to float and double,
template <typename Function>
auto WithReal(DType dtype, const Function& function) {
  ASSAY_CHECK(dtype == DType::kF32 || dtype == DType::kF64);
  return dtype == DType::kF32 ? function(float{}) : function(double{});
}

// and with an unsigned integer of the type's size, where elements are only moved.
template <typename Function>
auto WithBits(DType dtype, const Function& function) {
  switch (SizeOf(dtype)) {
    case 1:
      return function(uint8_t{});
    case 4:
      return function(uint32_t{});
    default:
      return function(uint64_t{});
  }
}

}  // namespace assay::engine
