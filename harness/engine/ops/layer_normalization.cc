#include <cmath>

#include "harness/engine/broadcast.h"
#include "harness/engine/moments.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

// Scale and bias broadcast to the input.
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 3));
  const Shape& shape = inference.shape(0);
  ASSAY_ASSIGN_OR_RETURN(const int axis,
                         Axis(inference.node(), inference.node().Int("axis", -1), shape.rank()));
  for (size_t i = 0; i < 3; ++i) {
    if (!inference.has(i)) continue;
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
    ASSAY_ASSIGN_OR_RETURN(const Shape both,
                           BroadcastShape(inference.node(), shape, inference.shape(i)));
    if (both != shape) {
      return inference.Error("parameter {} does not broadcast to {}", inference.shape(i).ToString(),
                             shape.ToString());
    }
  }
  std::vector<int64_t> statistics = shape.dims();
  for (int i = axis; i < shape.rank(); ++i) statistics[static_cast<size_t>(i)] = 1;
  ASSAY_RETURN_IF_ERROR(inference.Set(0, DType::kF32, shape));
  ASSAY_RETURN_IF_ERROR(inference.Set(1, DType::kF32, statistics));
  return inference.Set(2, DType::kF32, statistics);
}

// An optional output: nowhere where it is absent.
Operand Optional(const Node& node, size_t output, Lowerer& lowerer, std::vector<Operand>& writes) {
  if (node.outputs.size() <= output || node.outputs[output].empty()) return {};
  return writes.emplace_back(lowerer.New(node.outputs[output], Order::kDense));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0)), scale = lowerer.Get(node.input(1));
  const Operand bias = node.has_input(2) ? lowerer.Get(node.input(2)) : Operand();
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  std::vector<Operand> reads = {src, scale}, writes = {dst};
  if (node.has_input(2)) reads.push_back(bias);
  const Operand means = Optional(node, 1, lowerer, writes);
  const Operand factors = Optional(node, 2, lowerer, writes);
  const int rank = src.shape.rank();
  const int64_t given = node.Int("axis", -1);
  const auto axis = static_cast<int>(given < 0 ? given + rank : given);
  const int64_t rows = src.shape.elements(0, axis), count = src.shape.elements(axis, rank);
  const float epsilon = node.Float("epsilon", 1e-5f);

  lowerer.Add(node, {src}, writes, [=](const Frame& frame) -> Status {
    frame.pool->Run(rows, [&](int64_t row, int) {
      const float* from = frame.At<const float>(src) + row * count;
      float* to = frame.At<float>(dst) + row * count;
      const Moments moments = MomentsOf(from, count);
      const double factor = 1.0 / std::sqrt(moments.variance + epsilon);
      if (means.buffer >= 0) frame.At<float>(means)[row] = static_cast<float>(moments.mean);
      if (factors.buffer >= 0) frame.At<float>(factors)[row] = static_cast<float>(factor);
      for (int64_t i = 0; i < count; ++i) {
        to[i] = static_cast<float>((from[i] - moments.mean) * factor);
      }
    });
    return {};
  });
  // In place.
  const LoopNest<3> nest(dst.shape, {dst.strides, scale.BroadcastStrides(dst.shape),
                                     bias.buffer < 0 ? Strides(dst.strides.size(), 0)
                                                     : bias.BroadcastStrides(dst.shape)});
  reads.push_back(dst);
  lowerer.Add(node, reads, {dst}, [=](const Frame& frame) -> Status {
    float* to = frame.At<float>(dst);
    const float* scales = frame.At<const float>(scale);
    const float* biases = bias.buffer < 0 ? nullptr : frame.At<const float>(bias);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        float& y = to[at[0] + i * steps[0]];
        y *= scales[at[1] + i * steps[1]];
        if (biases != nullptr) y += biases[at[2] + i * steps[2]];
      }
    });
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering layer_normalization;
const Lowering layer_normalization = {
    .op_type = "LayerNormalization",
    .infer = Infer,
    .lower = Lower,
    .per_image = [](const Inference& inference) { return WorksWithinImages(inference, -1); }};

}  // namespace assay::engine
