#include <algorithm>
#include <numeric>

#include "harness/engine/line.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kNumbers));
  std::vector<int64_t> dims = inference.shape(0).dims();
  ASSAY_ASSIGN_OR_RETURN(const int axis, Axis(inference.node(), inference.node().Int("axis", -1),
                                              inference.shape(0).rank()));
  ASSAY_ASSIGN_OR_RETURN(const auto k, inference.Integers(1));
  int64_t& extent = dims[static_cast<size_t>(axis)];
  if (k.size() != 1 || k[0] < 0 || k[0] > extent) {
    return inference.Error("k is not one number of 0 to {}", extent);
  }
  extent = k[0];
  ASSAY_RETURN_IF_ERROR(inference.Set(0, inference.dtype(0), dims));
  return inference.Set(1, DType::kI64, std::move(dims));
}

// In order, the first of equal elements first. `better` is a strict order in which NaN is largest.
template <typename T, typename Better>
void AddTopK(const Node& node, Lowerer& lowerer, Better better) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand values = node.outputs[0].empty()
                             ? lowerer.Scratch(src.dtype, lowerer.shape(node.outputs[1]))
                             : lowerer.New(node.outputs[0], Order::kDense);
  const bool wanted = node.outputs.size() > 1 && !node.outputs[1].empty();
  const Operand indices = wanted ? lowerer.New(node.outputs[1], Order::kDense)
                                 : lowerer.Scratch(DType::kI64, values.shape);
  const Lines lines = LinesOf(src.shape, node.Int("axis", -1));
  const Lines top = LinesOf(values.shape, node.Int("axis", -1));
  const Operand order = lowerer.Scratch(DType::kI64, {lines.count});
  lowerer.Add(node, {src}, {values, indices, order}, [=](const Frame& frame) -> Status {
    const T* from = frame.At<const T>(src);
    auto* positions = frame.At<int64_t>(order);
    for (int64_t line = 0; line < lines.lines(); ++line) {
      const T* start = from + lines.StartOf(line);
      std::iota(positions, positions + lines.count, int64_t{0});
      std::partial_sort(positions, positions + top.count, positions + lines.count,
                        [&](int64_t a, int64_t b) {
                          const T x = start[a * lines.inner], y = start[b * lines.inner];
                          return better(x, y) || (!better(y, x) && a < b);
                        });
      for (int64_t i = 0; i < top.count; ++i) {
        const int64_t at = top.StartOf(line) + i * top.inner;
        frame.At<T>(values)[at] = start[positions[i] * lines.inner];
        frame.At<int64_t>(indices)[at] = positions[i];
      }
    }
    return {};
  });
}

template <typename T>
bool Less(T x, T y) {
  return x < y || (x == x && y != y);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  WithNumber(lowerer.type(node.input(0)).dtype, [&]<typename T>(T) {
    if (node.Int("largest", 1) != 0) {
      AddTopK<T>(node, lowerer, [](T x, T y) { return Less(y, x); });
    } else {
      AddTopK<T>(node, lowerer, [](T x, T y) { return Less(x, y); });
    }
  });
  return {};
}

}  // namespace

extern const Lowering top_k;
const Lowering top_k = {.op_type = "TopK", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
