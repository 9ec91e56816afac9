#include <algorithm>
#include <cmath>

#include "harness/engine/lowering.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  ASSAY_RETURN_IF_ERROR(
      Axis(inference.node(), inference.node().Int("axis", -1), inference.shape(0).rank()).status());
  return inference.Set(0, DType::kF32, inference.shape(0));
}

// One line of `count` elements, `step` apart.
void SoftmaxLine(const float* src, float* dst, int64_t count, int64_t step) {
  float most = src[0];
  for (int64_t i = 1; i < count; ++i) most = std::max(most, src[i * step]);
  float sum = 0.0f;
  for (int64_t i = 0; i < count; ++i) sum += dst[i * step] = std::exp(src[i * step] - most);
  for (int64_t i = 0; i < count; ++i) dst[i * step] /= sum;
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int rank = src.shape.rank();
  const int64_t given = node.Int("axis", -1);
  const auto axis = static_cast<int>(given < 0 ? given + rank : given);
  const int64_t outer = src.shape.elements(0, axis), count = src.shape[axis];
  const int64_t inner = src.shape.elements(axis + 1, rank);
  auto added =
      lowerer.Add(node, {src}, {dst}, [=, usable = lowerer.usable()](const Frame& frame) -> Status {
        const float* from = frame.At<const float>(src);
        float* to = frame.At<float>(dst);
        if (inner == 1) {
          elementwise::Softmax(
              {.rows = outer, .count = count, .src_stride = count, .dst_stride = count}, from, to,
              *frame.pool, usable);
          return {};
        }
        frame.pool->Run(outer, [&](int64_t o, int) {
          for (int64_t i = 0; i < inner; ++i) {
            const int64_t at = o * count * inner + i;
            SoftmaxLine(from + at, to + at, count, inner);
          }
        });
        return {};
      });
  added.MayOverwrite(dst, src, lowerer);
  return {};
}

}  // namespace

extern const Lowering softmax;
const Lowering softmax = {.op_type = "Softmax", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
