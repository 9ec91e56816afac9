#include <cmath>

#include "harness/engine/reduction.h"

namespace assay::engine {
namespace {

constexpr double kEpsilon = 1e-9;  // Of ONNX's definition; added to the deviation.

std::vector<int64_t> AxesOf(const Node& node) {
  return node.Ints("axes", std::vector<int64_t>{0, 2, 3});
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  const Shape& shape = inference.shape(0);
  ASSAY_RETURN_IF_ERROR(
      ReducedAxes(inference.node(), AxesOf(inference.node()), shape.rank()).status());
  return inference.Set(0, DType::kF32, shape);
}

// (x - mean) / (deviation + epsilon), over the axes given together.
Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  ASSAY_ASSIGN_OR_RETURN(const auto reduced, ReducedAxes(node, AxesOf(node), src.shape.rank()));
  Shape kept = src.shape, within = src.shape;
  for (int axis = 0; axis < src.shape.rank(); ++axis) {
    (reduced[static_cast<size_t>(axis)] ? kept : within)[axis] = 1;
  }
  const LoopNest<1> groups(kept, {src.strides}), members(within, {src.strides});
  const auto count = static_cast<double>(within.elements());
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    float* to = frame.At<float>(dst);
    const auto normalize = [&](int64_t start) {
      const auto visit = [&](const auto& body) {
        members.RunHere([&](const auto& at) {
          for (int64_t i = 0; i < members.inner(); ++i) {
            body(start + at[0] + i * members.steps()[0]);
          }
        });
      };
      double mean = 0, variance = 0;
      visit([&](int64_t at) { mean += from[at] / count; });
      visit([&](int64_t at) { variance += (from[at] - mean) * (from[at] - mean) / count; });
      const double deviation = std::sqrt(variance) + kEpsilon;
      visit([&](int64_t at) { to[at] = static_cast<float>((from[at] - mean) / deviation); });
    };
    groups.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < groups.inner(); ++i) normalize(at[0] + i * groups.steps()[0]);
    });
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering mean_variance_normalization;
const Lowering mean_variance_normalization = {
    .op_type = "MeanVarianceNormalization", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
