// Broadcast: what operators on two operands with numpy's broadcasting share.
#pragma once

#include <atomic>

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {

// The shape of both together. Error: extents that do not match.
Result<Shape> BroadcastShape(const Node& node, const Shape& a, const Shape& b);

// Infers: two inputs of one of these types, a result of that type.
Status InferBroadcast(Inference& inference, std::initializer_list<DType> allowed);
// A bool result instead.
Status InferComparison(Inference& inference, std::initializer_list<DType> allowed);

// Appends the step dst = function(a, b) for elements of these types. `function` is
// bool(A a, B b, R& result); false is a bad value, an error that says `complaint`.
template <typename A, typename B, typename R, typename Function>
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
        R* to = frame.At<R>(dst);
        const A* lhs = frame.At<const A>(a);
        const B* rhs = frame.At<const B>(b);
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
  added.MayOverwrite(dst, b, lowerer);
  return {};
}

// The same for whatever number the node's operands are. `function` is generic.
template <typename Function>
Status LowerBroadcast(const Node& node, Lowerer& lowerer, Function function,
                      const char* complaint = "") {
  return WithNumber(lowerer.type(node.input(0)).dtype, [&]<typename T>(T) {
    return LowerBroadcastOf<T, T, T>(node, lowerer, function, complaint);
  });
}

// The same for bool function(T a, T b), which is the result.
template <typename Function>
Status LowerComparison(const Node& node, Lowerer& lowerer, Function function) {
  return WithType(lowerer.type(node.input(0)).dtype, [&]<typename T>(T) {
    return LowerBroadcastOf<T, T, bool>(
        node, lowerer,
        [=](T a, T b, bool& result) {
          result = function(a, b);
          return true;
        },
        "");
  });
}

}  // namespace assay::engine
