#include "harness/engine/tensors.h"

#include <random>

namespace assay::engine {
namespace {

template <typename T, typename F>
void Fill(Tensor& tensor, F&& next) {
  for (T& element : tensor.as<T>()) element = static_cast<T>(next());
}

void FillNoise(Tensor& tensor, std::mt19937_64& random) {
  const auto real = [&] { return static_cast<double>(random() >> 40) / (1 << 23) - 1.0; };
  const auto byte = [&] { return static_cast<int>(random() >> 56); };
  const auto bit = [&] { return static_cast<int>(random() >> 63); };
  switch (tensor.dtype()) {
    case DType::kF32:
      return Fill<float>(tensor, real);
    case DType::kF64:
      return Fill<double>(tensor, real);
    case DType::kU8:
      return Fill<uint8_t>(tensor, byte);
    case DType::kI8:
      return Fill<int8_t>(tensor, byte);
    case DType::kI32:
      return Fill<int32_t>(tensor, bit);
    case DType::kI64:
      return Fill<int64_t>(tensor, bit);
    case DType::kBool:
      return Fill<bool>(tensor, bit);
  }
}

}  // namespace

std::vector<Tensor> Allocate(std::span<const Port> ports) {
  std::vector<Tensor> tensors;
  for (const Port& port : ports) tensors.emplace_back(port.dtype, port.shape);
  return tensors;
}

std::vector<TensorView> Views(std::vector<Tensor>& tensors) {
  std::vector<TensorView> views;
  for (Tensor& tensor : tensors) views.push_back(tensor.view());
  return views;
}

std::vector<Tensor> Noise(std::span<const Port> ports, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Tensor> tensors = Allocate(ports);
  for (Tensor& tensor : tensors) FillNoise(tensor, random);
  return tensors;
}

}  // namespace assay::engine
