#include <algorithm>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/pooling.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kReals));
  return InferPool(inference, inference.dtype(0));
}

// As loops.
template <typename T>
Status LowerPlain(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const PlainPooling pooling, PlainPoolingOf(node, lowerer));
  const bool padded = node.Int("count_include_pad", 0) != 0;
  auto added = lowerer.Add(node, {pooling.src}, {pooling.dst}, [=](const Frame& frame) -> Status {
    const T* from = frame.At<const T>(pooling.src);
    T* to = frame.At<T>(pooling.dst);
    frame.pool->Run(pooling.planes, [&](int64_t plane, int) {
      const T* image = from + plane * pooling.taps.pixels();
      for (int64_t i = 0; i < pooling.taps.outputs(); ++i) {
        double sum = 0;
        int64_t count = 0;
        pooling.taps.Visit(i, [&](int64_t, int64_t pixel) {
          sum += image[pixel];
          ++count;
        });
        if (padded) count = pooling.taps.CountPadded(i);
        to[plane * pooling.taps.outputs() + i] =
            static_cast<T>(count == 0 ? 0.0 : sum / static_cast<double>(count));
      }
    });
    return {};
  });
  added.step.work = pooling.work();
  return {};
}

bool Dilated(const Node& node) {
  return std::ranges::any_of(node.Ints("dilations"),
                             [](int64_t dilation) { return dilation != 1; });
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const ValueType& type = lowerer.type(node.input(0));
  if (type.dtype == DType::kF64) return LowerPlain<double>(node, lowerer);
  if (type.shape.rank() != 4 || Dilated(node)) return LowerPlain<float>(node, lowerer);
  ASSAY_ASSIGN_OR_RETURN(const Pooling pooling, PoolingOf(node, lowerer));
  auto added = lowerer.Add(node, {pooling.src}, {pooling.dst},
                           [pooling, usable = lowerer.usable()](const Frame& frame) -> Status {
                             pool::AverageF32(pooling.window, frame.At<const float>(pooling.src),
                                              frame.At<float>(pooling.dst), *frame.pool, usable);
                             return {};
                           });
  added.step.work = pooling.work();
  return {};
}

}  // namespace

extern const Lowering average_pool;
const Lowering average_pool = {.op_type = "AveragePool",
                               .infer = Infer,
                               .lower = Lower,
                               .image = true,
                               .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
