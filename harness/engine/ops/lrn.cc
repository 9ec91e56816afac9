#include <algorithm>
#include <cmath>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  if (inference.shape(0).rank() < 2) {
    return inference.Error("input {} has no channels", inference.shape(0).ToString());
  }
  const int64_t size = inference.node().Int("size", 0);
  if (size < 1) return inference.Error("size is {}, a positive number is expected", size);
  return inference.Set(0, DType::kF32, inference.shape(0));
}

// y = x / (bias + alpha / size * sum of squares)^beta, over the `size` channels around each.
Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t channels = src.shape[1], planes = src.shape[0] * channels;
  const int64_t pixels = src.elements() / planes;
  const int64_t size = node.Int("size", 1), before = (size - 1) / 2, after = size / 2;
  const float scale = node.Float("alpha", 1e-4f) / static_cast<float>(size);
  const float beta = node.Float("beta", 0.75f), bias = node.Float("bias", 1.0f);
  auto added = lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    float* to = frame.At<float>(dst);
    frame.pool->Run(planes, [&](int64_t plane, int) {
      const int64_t c = plane % channels, image = (plane - c) * pixels;
      const int64_t first = c > before ? c - before : 0;
      const int64_t last = after < channels - 1 - c ? c + after : channels - 1;
      for (int64_t i = 0; i < pixels; ++i) {
        float sum = 0;
        for (int64_t k = first; k <= last; ++k) {
          const float x = from[image + k * pixels + i];
          sum += x * x;
        }
        const int64_t at = plane * pixels + i;
        to[at] = from[at] / std::pow(bias + scale * sum, beta);
      }
    });
    return {};
  });
  added.step.work =
      static_cast<double>(src.elements()) * static_cast<double>(std::min(size, channels));
  return {};
}

}  // namespace

extern const Lowering lrn;
const Lowering lrn = {
    .op_type = "LRN", .infer = Infer, .lower = Lower, .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
