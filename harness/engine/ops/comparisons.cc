// Operators on two operands that answer with a bool.
#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

constexpr std::initializer_list<DType> kAll = {DType::kF32, DType::kF64, DType::kI64, DType::kI32,
                                               DType::kU8,  DType::kI8,  DType::kBool};
constexpr std::initializer_list<DType> kBool = {DType::kBool};

template <const std::initializer_list<DType>& kAllowed, auto kFunction>
constexpr Lowering Comparison(std::string_view op_type) {
  return {.op_type = op_type,
          .infer = [](Inference& inference) { return InferComparison(inference, kAllowed); },
          .lower = [](const Node& node,
                      Lowerer& lowerer) { return LowerComparison(node, lowerer, kFunction); },
          .per_image = BroadcastsImages};
}

// In parentheses where g++ 12 takes a comparison for the end of the arguments.
constexpr Lowering kMembers[] = {
    Comparison<kAll, [](auto a, auto b) { return a == b; }>("Equal"),
    Comparison<kNumbers, [](auto a, auto b) { return a < b; }>("Less"),
    Comparison<kNumbers, [](auto a, auto b) { return (a > b); }>("Greater"),
    Comparison<kNumbers, [](auto a, auto b) { return a <= b; }>("LessOrEqual"),
    Comparison<kNumbers, [](auto a, auto b) { return a >= b; }>("GreaterOrEqual"),
    Comparison<kBool, [](auto a, auto b) { return a && b; }>("And"),
    Comparison<kBool, [](auto a, auto b) { return a || b; }>("Or"),
    Comparison<kBool, [](auto a, auto b) { return a != b; }>("Xor")};

}  // namespace

extern const Lowering comparisons;
const Lowering comparisons = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
