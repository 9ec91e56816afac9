// HannWindow, HammingWindow, BlackmanWindow: constants of a constant size.
#include <cmath>
#include <numbers>

#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"
#include "harness/graph/element_type.h"

namespace assay::engine {
namespace {

// a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N), where N is the size, less one where the window is
// not periodic.
struct Cosines {
  double a0, a1, a2;
};

template <typename T>
Tensor WindowOf(const Cosines& a, int64_t size, bool periodic) {
  Tensor window(DTypeOf<T>::value, {size});
  const double period = static_cast<double>(periodic ? size : size - 1);
  for (int64_t n = 0; n < size; ++n) {
    const double x = 2 * std::numbers::pi * static_cast<double>(n) / period;
    window.as<T>()[static_cast<size_t>(n)] =
        static_cast<T>(a.a0 - a.a1 * std::cos(x) + a.a2 * std::cos(2 * x));
  }
  return window;
}

Status SetWindow(Inference& inference, const Cosines& cosines) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_ASSIGN_OR_RETURN(const auto size, inference.Integers(0));
  const auto dtype = FromElementType(inference.node().Int("output_datatype", 1));
  if (dtype != DType::kF32 && dtype != DType::kF64) {
    return inference.Error("its element type is not supported, allowed: float, double");
  }
  if (size.size() != 1 || size[0] < 1 || size[0] > Shape::kMaxElements) {
    return inference.Error("the size is not one positive number");
  }
  ASSAY_RETURN_IF_ERROR(inference.ExpectConstantFits(*dtype, Shape{size[0]}));
  const bool periodic = inference.node().Int("periodic", 1) != 0;
  if (!periodic && size[0] == 1) return inference.Error("a symmetric window of one element");
  return WithReal(*dtype, [&]<typename T>(T) {
    return inference.SetConstant(0, WindowOf<T>(cosines, size[0], periodic));
  });
}

// Hamming's as ONNX has it: 25 / 46, which vanishes at the first side lobe.
constexpr Lowering kMembers[] = {
    {.op_type = "BlackmanWindow",
     .infer = [](Inference& inference) { return SetWindow(inference, {0.42, 0.5, 0.08}); }},
    {.op_type = "HammingWindow",
     .infer =
         [](Inference& inference) { return SetWindow(inference, {25.0 / 46, 21.0 / 46, 0}); }},
    {.op_type = "HannWindow",
     .infer = [](Inference& inference) { return SetWindow(inference, {0.5, 0.5, 0}); }}};

}  // namespace

extern const Lowering windows;
const Lowering windows = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
