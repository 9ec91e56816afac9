// GlobalMaxPool, GlobalAveragePool: one number for each plane.
#include <algorithm>
#include <numeric>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/pooling.h"

namespace assay::engine {
namespace {

struct Max {
  static constexpr auto kKernel = pool::MaxF32;
  static float Of(const float* begin, const float* end) { return *std::max_element(begin, end); }
};

struct Average {
  static constexpr auto kKernel = pool::AverageF32;
  static float Of(const float* begin, const float* end) {
    return static_cast<float>(std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin));
  }
};

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  return InferGlobalPool(inference, DType::kF32);
}

// Planes that are not images.
template <typename Statistic>
void LowerPlain(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t planes = dst.elements(), pixels = src.elements() / planes;
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    float* to = frame.At<float>(dst);
    frame.pool->Run(planes, [&](int64_t plane, int) {
      to[plane] = Statistic::Of(from + plane * pixels, from + (plane + 1) * pixels);
    });
    return {};
  });
}

template <typename Statistic>
Status Lower(const Node& node, Lowerer& lowerer) {
  if (lowerer.shape(node.input(0)).rank() != 4) {
    LowerPlain<Statistic>(node, lowerer);
    return {};
  }
  const Pooling pooling = GlobalPoolingOf(node, lowerer);
  lowerer.Add(node, {pooling.src}, {pooling.dst},
              [pooling, usable = lowerer.usable()](const Frame& frame) -> Status {
                Statistic::kKernel(pooling.window, frame.At<const float>(pooling.src),
                                   frame.At<float>(pooling.dst), *frame.pool, usable);
                return {};
              });
  return {};
}

constexpr Lowering kMembers[] = {
    {.op_type = "GlobalMaxPool",
     .infer = Infer,
     .lower = Lower<Max>,
     .image = true,
     .per_image = OnlyFirstIsBatch},
    {.op_type = "GlobalAveragePool",
     .infer = Infer,
     .lower = Lower<Average>,
     .image = true,
     .per_image = OnlyFirstIsBatch},
};

}  // namespace

extern const Lowering global_pooling;
const Lowering global_pooling = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
