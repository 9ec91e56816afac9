#include <cmath>
#include <type_traits>

#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  const bool real =
      inference.has(0) && (inference.dtype(0) == DType::kF32 || inference.dtype(0) == DType::kF64);
  if (real && inference.node().Int("fmod", 0) == 0) {
    return inference.Error("reals need fmod=1");
  }
  return InferBroadcast(inference, kNumbers);
}

// The remainder has the sign of the divisor, as Python's; with fmod that of the dividend, as C's.
template <typename T>
bool Remainder(T a, T b, bool fmod, T& result) {
  if constexpr (std::is_floating_point_v<T>) {
    result = std::fmod(a, b);
    return true;
  } else {
    if (b == 0) return false;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) {  // The lowest value by -1 overflows.
        result = 0;
        return true;
      }
    }
    result = static_cast<T>(a % b);
    if (!fmod && result != 0 && (result < 0) != (b < 0)) result = static_cast<T>(result + b);
    return true;
  }
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const bool fmod = node.Int("fmod", 0) != 0;
  return LowerBroadcast(
      node, lowerer,
      [fmod]<typename T>(T a, T b, T& result) { return Remainder(a, b, fmod, result); },
      "division of an integer by zero");
}

}  // namespace

extern const Lowering mod;
const Lowering mod = {
    .op_type = "Mod", .infer = Infer, .lower = Lower, .per_image = BroadcastsImages};

}  // namespace assay::engine
