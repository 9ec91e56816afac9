// Broadcast: what operators on two operands with numpy's broadcasting share.
#pragma once

#include <atomic>

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"

namespace assay::engine {

// The shape of both together. Error: extents that do not match.
Result<Shape> BroadcastShape(const Node& node, const Shape& a, const Shape& b);

// Infers: two inputs of one arithmetic type (float, double, int32, int64).
Status InferBroadcast(Inference& inference);

// Appends the step dst = function(a, b) for elements of type T. `function` is
// bool(T a, T b, T& result); false is a bad value, an error that says `complaint`.
template <typename T, typename Function>
Status LowerBroadcastOf(const Node& node, Lowerer& lowerer, Function function,
                        const char* complaint) {
  const Operand a = lowerer.Get(node.input(0));
  const Operand b = lowerer.Get(node.input(1));
  const Shape& shape = lowerer.shape(node.outputs[0]);
  const bool image =
      (a.ChannelsLast() && a.shape == shape) || (b.ChannelsLast() && b.shape == shape);
  const Operand dst = lowerer.New(node.outputs[0], image ? Order::kImage : Order::kDense);
  const LoopNest<3> nest(shape,
                         {dst.strides, a.BroadcastStrides(shape), b.BroadcastStrides(shape)});
  auto added =
      lowerer.Add(node, {a, b}, {dst}, [=, name = node.name](const Frame& frame) -> Status {
        T* to = frame.At<T>(dst);
        const T* lhs = frame.At<const T>(a);
        const T* rhs = frame.At<const T>(b);
        const auto steps = nest.steps();
        std::atomic<bool> good = true;
        nest.Run(*frame.pool, [&](const auto& at) {
          bool fine = true;
          for (int64_t i = 0; i < nest.inner(); ++i) {
            fine &= function(lhs[at[1] + i * steps[1]], rhs[at[2] + i * steps[2]],
                             to[at[0] + i * steps[0]]);
          }
          if (!fine) good = false;
        });
        if (!good) return Error(fmt::format("node '{}': {}", name, complaint));
        return {};
      });
  added.MayOverwrite(dst, a, lowerer);
  return {};
}

// The same for whatever type the node's operands have. `function` is generic.
template <typename Function>
Status LowerBroadcast(const Node& node, Lowerer& lowerer, Function function,
                      const char* complaint = "") {
  switch (lowerer.type(node.input(0)).dtype) {
    case DType::kF32:
      return LowerBroadcastOf<float>(node, lowerer, function, complaint);
    case DType::kF64:
      return LowerBroadcastOf<double>(node, lowerer, function, complaint);
    case DType::kI32:
      return LowerBroadcastOf<int32_t>(node, lowerer, function, complaint);
    default:
      return LowerBroadcastOf<int64_t>(node, lowerer, function, complaint);
  }
}

}  // namespace assay::engine
