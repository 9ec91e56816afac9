#include <limits>
#include <type_traits>

#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

// Integer division truncates; it has no value by zero. The lowest value by -1 wraps.
template <typename T>
bool Divide(T a, T b, T& result) {
  if constexpr (std::is_integral_v<T>) {
    if (b == 0) return false;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1 && a == std::numeric_limits<T>::min()) {
        result = a;
        return true;
      }
    }
  }
  result = static_cast<T>(a / b);
  return true;
}

Status Lower(const Node& node, Lowerer& lowerer) {
  return LowerBroadcast(
      node, lowerer, []<typename T>(T a, T b, T& result) { return Divide(a, b, result); },
      "division of an integer by zero");
}

}  // namespace

extern const Lowering div;
const Lowering div = {
    .op_type = "Div",
    .infer = [](Inference& inference) { return InferBroadcast(inference, kNumbers); },
    .lower = Lower,
    .per_image = BroadcastsImages};

}  // namespace assay::engine
