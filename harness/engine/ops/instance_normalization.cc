#include <cmath>

#include "harness/engine/lowering.h"
#include "harness/engine/moments.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(3, 3));
  if (inference.shape(0).rank() < 2) {
    return inference.Error("input {} has no channels", inference.shape(0).ToString());
  }
  for (size_t i = 0; i < 3; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
    if (i > 0 && inference.shape(i) != Shape{inference.shape(0)[1]}) {
      return inference.Error("parameter '{}' has shape {}, the input has {} channels",
                             inference.node().input(i), inference.shape(i).ToString(),
                             inference.shape(0)[1]);
    }
  }
  return inference.Set(0, DType::kF32, inference.shape(0));
}

// Each plane by its own mean and variance.
Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0)), scale = lowerer.Dense(node.input(1));
  const Operand bias = lowerer.Dense(node.input(2));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t channels = src.shape[1], planes = src.shape[0] * channels;
  const int64_t pixels = src.elements() / planes;
  const float epsilon = node.Float("epsilon", 1e-5f);
  lowerer.Add(node, {src, scale, bias}, {dst}, [=](const Frame& frame) -> Status {
    const float *scales = frame.At<const float>(scale), *biases = frame.At<const float>(bias);
    frame.pool->Run(planes, [&](int64_t plane, int) {
      const float* from = frame.At<const float>(src) + plane * pixels;
      float* to = frame.At<float>(dst) + plane * pixels;
      const Moments moments = MomentsOf(from, pixels);
      const double factor = scales[plane % channels] / std::sqrt(moments.variance + epsilon);
      for (int64_t i = 0; i < pixels; ++i) {
        to[i] = static_cast<float>((from[i] - moments.mean) * factor + biases[plane % channels]);
      }
    });
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering instance_normalization;
const Lowering instance_normalization = {.op_type = "InstanceNormalization",
                                         .infer = Infer,
                                         .lower = Lower,
                                         .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
