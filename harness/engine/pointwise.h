// Pointwise: what operators that apply one function to every element share.
#pragma once

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {

// Infers: one input of these types, an output like it.
Status InferPointwise(Inference& inference, std::initializer_list<DType> allowed);

// The order in which an elementwise result is best made from the value.
Order ElementwiseOrder(Lowerer& lowerer, const std::string& value);

// Appends the step dst = clamp(src, lo, hi).
Status LowerClamp(const Node& node, Lowerer& lowerer, float lo, float hi);

// Appends the step dst = function(src), a plain loop. `function` is To(From).
template <typename From, typename To, typename Function>
Status LowerMap(const Node& node, Lowerer& lowerer, Function function) {
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst =
      lowerer.New(node.outputs[0], src.ChannelsLast() ? Order::kImage : Order::kDense);
  const LoopNest<2> nest(dst.shape, {dst.strides, src.strides});
  auto added = lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    To* to = frame.At<To>(dst);
    const From* from = frame.At<const From>(src);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        to[at[0] + i * steps[0]] = function(from[at[1] + i * steps[1]]);
      }
    });
    return {};
  });
  added.MayOverwrite(dst, src, lowerer);
  return {};
}

// The same for float or double, whichever the node's input is. `function` is generic.
template <typename Function>
Status LowerReal(const Node& node, Lowerer& lowerer, Function function) {
  return WithReal(lowerer.type(node.input(0)).dtype,
                  [&]<typename T>(T) { return LowerMap<T, T>(node, lowerer, function); });
}

// The same for any number.
template <typename Function>
Status LowerNumber(const Node& node, Lowerer& lowerer, Function function) {
  return WithNumber(lowerer.type(node.input(0)).dtype,
                    [&]<typename T>(T) { return LowerMap<T, T>(node, lowerer, function); });
}

}  // namespace assay::engine
