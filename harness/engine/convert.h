// Convert: from one element type to another, for every value.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

namespace assay::engine {

// ONNX leaves open what a real that does not fit becomes: the nearest that does, NaN becomes 0.
template <typename To, typename From>
To Convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr auto lowest = static_cast<double>(std::numeric_limits<To>::min());
    constexpr auto highest = static_cast<double>(std::numeric_limits<To>::max());
    const double real = static_cast<double>(value);
    if (std::isnan(real)) return 0;
    if (real <= lowest) return std::numeric_limits<To>::min();
    if (real >= highest) return std::numeric_limits<To>::max();
    return static_cast<To>(real);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace assay::engine
