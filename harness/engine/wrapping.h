// Wrapping: integer arithmetic modulo 2^bits, as ONNX Runtime's; floats as they are.
#pragma once

#include <type_traits>

namespace assay::engine {

template <typename T, typename Function>
T Wrapping(T a, T b, Function function) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(function(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return function(a, b);
  }
}

}  // namespace assay::engine
