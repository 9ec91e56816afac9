// Functions of one element that answer with a bool.
#include <cmath>

#include "harness/engine/per_image.h"
#include "harness/engine/pointwise.h"

namespace assay::engine {
namespace {

Status InferPredicate(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kReals));
  return inference.Set(0, DType::kBool, inference.shape(0));
}

template <typename Function>
Status LowerPredicate(const Node& node, Lowerer& lowerer, Function function) {
  return WithReal(lowerer.type(node.input(0)).dtype,
                  [&]<typename T>(T) { return LowerMap<T, bool>(node, lowerer, function); });
}

Status LowerIsNaN(const Node& node, Lowerer& lowerer) {
  return LowerPredicate(node, lowerer, [](auto x) { return std::isnan(x); });
}

Status LowerIsInf(const Node& node, Lowerer& lowerer) {
  const bool negative = node.Int("detect_negative", 1) != 0;
  const bool positive = node.Int("detect_positive", 1) != 0;
  return LowerPredicate(node, lowerer,
                        [=](auto x) { return std::isinf(x) && (x < 0 ? negative : positive); });
}

Status InferNot(Inference& inference) { return InferPointwise(inference, {DType::kBool}); }

Status LowerNot(const Node& node, Lowerer& lowerer) {
  return LowerMap<bool, bool>(node, lowerer, [](bool x) { return !x; });
}

constexpr Lowering kMembers[] = {
    {.op_type = "IsInf",
     .infer = InferPredicate,
     .lower = LowerIsInf,
     .per_image = OnlyFirstIsBatch},
    {.op_type = "IsNaN",
     .infer = InferPredicate,
     .lower = LowerIsNaN,
     .per_image = OnlyFirstIsBatch},
    {.op_type = "Not", .infer = InferNot, .lower = LowerNot, .per_image = OnlyFirstIsBatch}};

}  // namespace

extern const Lowering predicates;
const Lowering predicates = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
