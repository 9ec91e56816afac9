// Pointwise: what operators that apply one float function to every element share.
#pragma once

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"

namespace assay::engine {

// Infers: one float input, an output like it.
Status InferPointwise(Inference& inference);

// The order in which an elementwise result is best made from the value.
Order ElementwiseOrder(Lowerer& lowerer, const std::string& value);

// Appends the step dst = clamp(src, lo, hi).
Status LowerClamp(const Node& node, Lowerer& lowerer, float lo, float hi);

// Appends the step dst = function(src), a plain loop. `function` is float(float).
template <typename Function>
Status LowerPointwise(const Node& node, Lowerer& lowerer, Function function) {
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst =
      lowerer.New(node.outputs[0], src.ChannelsLast() ? Order::kImage : Order::kDense);
  const LoopNest<2> nest(dst.shape, {dst.strides, src.strides});
  auto added = lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    float* to = frame.At<float>(dst);
    const float* from = frame.At<const float>(src);
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

}  // namespace assay::engine
