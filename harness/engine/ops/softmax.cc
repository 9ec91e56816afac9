// Softmax, LogSoftmax and Hardmax along one axis.
#include <algorithm>
#include <cmath>

#include "harness/engine/line.h"
#include "harness/engine/per_image.h"
#include "harness/engine/with_type.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kReals));
  ASSAY_RETURN_IF_ERROR(
      Axis(inference.node(), inference.node().Int("axis", -1), inference.shape(0).rank()).status());
  return inference.Set(0, inference.dtype(0), inference.shape(0));
}

// Lines of `count` elements, `step` apart.
template <typename T>
T Largest(const T* src, int64_t count, int64_t step) {
  T most = src[0];
  for (int64_t i = 1; i < count; ++i) most = std::max(most, src[i * step]);
  return most;
}

constexpr auto kSoftmax = []<typename T>(const T* src, T* dst, int64_t count, int64_t step) {
  const T most = Largest(src, count, step);
  T sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += dst[i * step] = std::exp(src[i * step] - most);
  for (int64_t i = 0; i < count; ++i) dst[i * step] /= sum;
};

constexpr auto kLogSoftmax = []<typename T>(const T* src, T* dst, int64_t count, int64_t step) {
  const T most = Largest(src, count, step);
  T sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += std::exp(src[i * step] - most);
  const T log = std::log(sum);
  for (int64_t i = 0; i < count; ++i) dst[i * step] = src[i * step] - most - log;
};

// 1 at the first of the largest elements, 0 elsewhere.
constexpr auto kHardmax = []<typename T>(const T* src, T* dst, int64_t count, int64_t step) {
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i) best = src[i * step] > src[best * step] ? i : best;
  for (int64_t i = 0; i < count; ++i) dst[i * step] = i == best ? T{1} : T{0};
};

template <auto kLine>
Status LowerLines(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const Lines lines = LinesOf(src.shape, node.Int("axis", -1));
  WithReal(src.dtype, [&]<typename T>(T) {
    auto added = lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
      const T* from = frame.At<const T>(src);
      T* to = frame.At<T>(dst);
      frame.pool->Run(lines.outer, [&](int64_t o, int) {
        for (int64_t i = 0; i < lines.inner; ++i) {
          const int64_t at = o * lines.count * lines.inner + i;
          kLine(from + at, to + at, lines.count, lines.inner);
        }
      });
      return {};
    });
    added.MayOverwrite(dst, src, lowerer);
  });
  return {};
}

// Along the last axis by the vectorized kernel.
Status LowerSoftmax(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Lines lines = LinesOf(src.shape, node.Int("axis", -1));
  if (lines.inner != 1 || src.dtype != DType::kF32) return LowerLines<kSoftmax>(node, lowerer);
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  auto added =
      lowerer.Add(node, {src}, {dst}, [=, usable = lowerer.usable()](const Frame& frame) -> Status {
        elementwise::Softmax({.rows = lines.outer,
                              .count = lines.count,
                              .src_stride = lines.count,
                              .dst_stride = lines.count},
                             frame.At<const float>(src), frame.At<float>(dst), *frame.pool, usable);
        return {};
      });
  added.MayOverwrite(dst, src, lowerer);
  return {};
}

bool PerImage(const Inference& inference) { return WorksWithinImages(inference, -1); }

constexpr Lowering kMembers[] = {
    {.op_type = "Hardmax", .infer = Infer, .lower = LowerLines<kHardmax>, .per_image = PerImage},
    {.op_type = "LogSoftmax",
     .infer = Infer,
     .lower = LowerLines<kLogSoftmax>,
     .per_image = PerImage},
    {.op_type = "Softmax", .infer = Infer, .lower = LowerSoftmax, .per_image = PerImage}};

}  // namespace

extern const Lowering softmax;
const Lowering softmax = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
