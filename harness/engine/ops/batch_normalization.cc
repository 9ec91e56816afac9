#include <cmath>
#include <vector>

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  if (inference.node().Int("training_mode", 0) != 0) {
    return inference.Error("training_mode is not supported");
  }
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(5, 5));
  if (inference.shape(0).rank() < 2) {
    return inference.Error("input {} has no channels", inference.shape(0).ToString());
  }
  for (size_t i = 0; i < 5; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
    if (i == 0) continue;
    if (inference.shape(i) != Shape{inference.shape(0)[1]}) {
      return inference.Error("parameter '{}' has shape {}, the input has {} channels",
                             inference.node().input(i), inference.shape(i).ToString(),
                             inference.shape(0)[1]);
    }
    if (inference.constant(i) == nullptr) {
      return inference.Error("parameter '{}' depends on data", inference.node().input(i));
    }
  }
  return inference.Set(0, DType::kF32, inference.shape(0));
}

// y = x * factor[c] + offset[c].
Status Lower(const Node& node, Lowerer& lowerer) {
  const auto parameter = [&](size_t i) { return lowerer.constant(node.input(i))->as<float>(); };
  const auto scale = parameter(1), bias = parameter(2), mean = parameter(3),
             variance = parameter(4);
  const float epsilon = node.Float("epsilon", 1e-5f);
  std::vector<float> factor(scale.size()), offset(scale.size());
  for (size_t c = 0; c < scale.size(); ++c) {
    factor[c] = scale[c] / std::sqrt(variance[c] + epsilon);
    offset[c] = bias[c] - mean[c] * factor[c];
  }
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst =
      lowerer.New(node.outputs[0], src.ChannelsLast() ? Order::kImage : Order::kDense);
  Strides channel(static_cast<size_t>(src.shape.rank()), 0);
  channel[1] = 1;
  const LoopNest<3> nest(dst.shape, {dst.strides, src.strides, channel});
  auto added = lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    float* to = frame.At<float>(dst);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        const auto c = static_cast<size_t>(at[2] + i * steps[2]);
        to[at[0] + i * steps[0]] = from[at[1] + i * steps[1]] * factor[c] + offset[c];
      }
    });
    return {};
  });
  added.MayOverwrite(dst, src, lowerer);
  return {};
}

}  // namespace

extern const Lowering batch_normalization;
const Lowering batch_normalization = {
    .op_type = "BatchNormalization", .infer = Infer, .lower = Lower, .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
