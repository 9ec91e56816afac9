#include "harness/engine/centered.h"

namespace assay::engine {
namespace {

template <typename T>
std::optional<std::vector<int8_t>> CenteredAs(const Tensor& codes, int64_t channels, bool turned,
                                              const std::vector<int32_t>& zero_points) {
  const int64_t depth = codes.elements() / channels;
  const T* from = codes.as<T>().data();
  std::vector<int8_t> centered;
  centered.reserve(static_cast<size_t>(codes.elements()));
  for (int64_t channel = 0; channel < channels; ++channel) {
    const int32_t zero = zero_points[zero_points.size() == 1 ? 0 : static_cast<size_t>(channel)];
    for (int64_t k = 0; k < depth; ++k) {
      const int32_t code = from[turned ? k * channels + channel : channel * depth + k];
      const auto value = static_cast<int8_t>(code - zero);
      if (value != code - zero) return std::nullopt;
      centered.push_back(value);
    }
  }
  return centered;
}

}  // namespace

std::optional<std::vector<int8_t>> Centered(const Tensor& codes, int64_t channels, bool turned,
                                            const std::vector<int32_t>& zero_points) {
  return codes.dtype() == DType::kU8 ? CenteredAs<uint8_t>(codes, channels, turned, zero_points)
                                     : CenteredAs<int8_t>(codes, channels, turned, zero_points);
}

}  // namespace assay::engine
