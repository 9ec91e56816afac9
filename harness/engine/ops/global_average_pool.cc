#include <numeric>

#include "harness/engine/lowering.h"
#include "harness/engine/pooling.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  return InferGlobalPool(inference, DType::kF32);
}

// The mean of each plane, in double.
void LowerPlain(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t planes = dst.elements(), pixels = src.elements() / planes;
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    float* to = frame.At<float>(dst);
    frame.pool->Run(planes, [&](int64_t plane, int) {
      const float* image = from + plane * pixels;
      to[plane] = static_cast<float>(std::accumulate(image, image + pixels, 0.0) /
                                     static_cast<double>(pixels));
    });
    return {};
  });
}

Status Lower(const Node& node, Lowerer& lowerer) {
  if (lowerer.shape(node.input(0)).rank() != 4) {
    LowerPlain(node, lowerer);
    return {};
  }
  const Pooling pooling = GlobalPoolingOf(node, lowerer);
  lowerer.Add(node, {pooling.src}, {pooling.dst},
              [pooling, usable = lowerer.usable()](const Frame& frame) -> Status {
                pool::AverageF32(pooling.window, frame.At<const float>(pooling.src),
                                 frame.At<float>(pooling.dst), *frame.pool, usable);
                return {};
              });
  return {};
}

}  // namespace

extern const Lowering global_average_pool;
const Lowering global_average_pool = {
    .op_type = "GlobalAveragePool", .infer = Infer, .lower = Lower, .image = true};

}  // namespace assay::engine
