// ArgMax and ArgMin: where along an axis the largest or smallest element lies.
#include <vector>

#include "harness/engine/per_image.h"
#include "harness/engine/reduction.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kNumbers));
  const Shape& shape = inference.shape(0);
  ASSAY_ASSIGN_OR_RETURN(const int axis,
                         Axis(inference.node(), inference.node().Int("axis", 0), shape.rank()));
  if (shape[axis] == 0) return inference.Error("axis {} of the input is empty", axis);
  ASSAY_ASSIGN_OR_RETURN(const auto reduced, ReducedAxes(inference.node(), {axis}, shape.rank()));
  const bool keep = inference.node().Int("keepdims", 1) != 0;
  return inference.Set(0, DType::kI64, ReducedDims(shape, reduced, keep));
}

template <typename T, typename Better>
void AddSearch(const Node& node, Lowerer& lowerer, const std::vector<bool>& reduced,
               Better better) {
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const ReductionNest nest = NestOf(src, dst, reduced);
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const T* from = frame.At<const T>(src);
    auto* to = frame.At<int64_t>(dst);
    const auto steps = nest.over.steps();
    const int64_t step = nest.within.steps()[0];
    nest.over.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.over.inner(); ++i) {
        const T* line = from + at[1] + i * steps[1];
        int64_t best = 0;
        for (int64_t k = 1; k < nest.count; ++k) {
          if (better(line[k * step], line[best * step])) best = k;
        }
        to[at[0] + i * steps[0]] = best;
      }
    });
    return {};
  });
}

template <bool kLargest>
Status Lower(const Node& node, Lowerer& lowerer) {
  const bool last = node.Int("select_last_index", 0) != 0;
  ASSAY_ASSIGN_OR_RETURN(const auto reduced, ReducedAxes(node, {node.Int("axis", 0)},
                                                         lowerer.shape(node.input(0)).rank()));
  WithNumber(lowerer.type(node.input(0)).dtype, [&]<typename T>(T) {
    AddSearch<T>(node, lowerer, reduced, [last](T found, T best) {
      return (kLargest ? found > best : found < best) || (last && found == best);
    });
  });
  return {};
}

bool PerImage(const Inference& inference) { return WorksWithinImages(inference, 0); }

constexpr Lowering kMembers[] = {
    {.op_type = "ArgMax", .infer = Infer, .lower = Lower<true>, .per_image = PerImage},
    {.op_type = "ArgMin", .infer = Infer, .lower = Lower<false>, .per_image = PerImage}};

}  // namespace

extern const Lowering arg_extremes;
const Lowering arg_extremes = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
