// Max, Mean and Min of two or more operands, by numpy's broadcasting.
#include <cmath>
#include <string_view>
#include <type_traits>

#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  const size_t count = inference.node().inputs.size();
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(count, count));
  if (count == 0) return inference.Error("there are no inputs");
  const bool mean = inference.node().op_type == "Mean";
  Shape shape;
  for (size_t i = 0; i < count; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, mean ? kReals : kNumbers));
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {inference.dtype(0)}));
    ASSAY_ASSIGN_OR_RETURN(shape, BroadcastShape(inference.node(), shape, inference.shape(i)));
  }
  return inference.Set(0, inference.dtype(0), shape);
}

// dst = function(a, b), where a may be dst.
template <typename T, typename Function>
void AddStep(const Node& node, Lowerer& lowerer, const Operand& dst, const Operand& a,
             const Operand& b, Function function) {
  const LoopNest<3> nest(
      dst.shape, {dst.strides, a.BroadcastStrides(dst.shape), b.BroadcastStrides(dst.shape)});
  lowerer.Add(node, {a, b}, {dst}, [=](const Frame& frame) -> Status {
    T* to = frame.At<T>(dst);
    const T *lhs = frame.At<const T>(a), *rhs = frame.At<const T>(b);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        to[at[0] + i * steps[0]] = function(lhs[at[1] + i * steps[1]], rhs[at[2] + i * steps[2]]);
      }
    });
    return {};
  });
}

// A NaN on either side is the result, as numpy has it.
template <typename T>
T Larger(T a, T b) {
  if (a != a) return a;
  return a > b ? a : b;
}
template <typename T>
T Smaller(T a, T b) {
  if (a != a) return a;
  return a < b ? a : b;
}

// function over all operands from left to right; `last` is applied to the result.
template <typename T, typename Function, typename Last>
void AddSteps(const Node& node, Lowerer& lowerer, Function function, Last last) {
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  Operand left = lowerer.Get(node.input(0));
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    const Operand right = lowerer.Get(node.input(i));
    if (i + 1 < node.inputs.size()) {
      AddStep<T>(node, lowerer, dst, left, right, function);
    } else {
      AddStep<T>(node, lowerer, dst, left, right, [=](T a, T b) { return last(function(a, b)); });
    }
    left = dst;
  }
}

Status Lower(const Node& node, Lowerer& lowerer) {
  if (node.inputs.size() == 1) {
    lowerer.Define(node.outputs[0], lowerer.Get(node.input(0)));
    return {};
  }
  const auto same = [](auto x) { return x; };
  WithNumber(lowerer.type(node.input(0)).dtype, [&]<typename T>(T) {
    if (node.op_type == "Max") {
      AddSteps<T>(
          node, lowerer, [](T a, T b) { return Larger(a, b); }, same);
    } else if (node.op_type == "Min") {
      AddSteps<T>(
          node, lowerer, [](T a, T b) { return Smaller(a, b); }, same);
    } else if constexpr (std::is_floating_point_v<T>) {
      const auto count = static_cast<T>(node.inputs.size());
      AddSteps<T>(
          node, lowerer, [](T a, T b) { return a + b; }, [=](T x) { return x / count; });
    }
  });
  return {};
}

constexpr Lowering kMembers[] = {
    {.op_type = "Max", .infer = Infer, .lower = Lower, .per_image = BroadcastsImages},
    {.op_type = "Mean", .infer = Infer, .lower = Lower, .per_image = BroadcastsImages},
    {.op_type = "Min", .infer = Infer, .lower = Lower, .per_image = BroadcastsImages}};

}  // namespace

extern const Lowering variadic;
const Lowering variadic = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
