// ScatterElements and ScatterND: a copy of the data, some elements of which are replaced by updates
// or combined with them, in order.
#include <algorithm>
#include <string>

#include "harness/engine/indices.h"
#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"
#include "harness/engine/wrapping.h"

namespace assay::engine {
namespace {

Status CheckTypes(const Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(3, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, kIndices));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(2, {inference.dtype(0)}));
  const std::string reduction = inference.node().String("reduction", "none");
  if (reduction == "none") return {};
  if (reduction != "add" && reduction != "mul" && reduction != "min" && reduction != "max") {
    return inference.Error("reduction is '{}', allowed: none, add, mul, min, max", reduction);
  }
  return inference.ExpectType(0, kNumbers);
}

Status InferElements(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(CheckTypes(inference));
  const Shape &data = inference.shape(0), &indices = inference.shape(1);
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(1, data.rank()));
  ASSAY_ASSIGN_OR_RETURN(const int axis,
                         Axis(inference.node(), inference.node().Int("axis", 0), data.rank()));
  bool fits = inference.shape(2) == indices;
  for (int i = 0; i < data.rank(); ++i) fits = fits && (i == axis || indices[i] <= data[i]);
  if (fits) return inference.Set(0, inference.dtype(0), data);
  return inference.Error("indices {} and updates {} do not fit data {}", indices.ToString(),
                         inference.shape(2).ToString(), data.ToString());
}

// indices: [points..., number of indexed axes]; updates: [points..., slice...].
Status InferND(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(CheckTypes(inference));
  const Shape &data = inference.shape(0), &indices = inference.shape(1);
  const int64_t depth = indices.rank() == 0 ? -1 : indices[indices.rank() - 1];
  if (depth < 1 || depth > data.rank()) {
    return inference.Error("indices {} do not fit data {}", indices.ToString(), data.ToString());
  }
  std::vector<int64_t> expected(indices.dims().begin(), indices.dims().end() - 1);
  expected.insert(expected.end(), data.dims().begin() + depth, data.dims().end());
  if (inference.shape(2).dims() != expected) {
    return inference.Error("updates {} are not {}", inference.shape(2).ToString(),
                           Shape(expected).ToString());
  }
  return inference.Set(0, inference.dtype(0), data);
}

// Calls next(combine), where combine(old, update) is the new element.
template <typename T, typename Next>
void WithReduction(const std::string& reduction, const Next& next) {
  if constexpr (!std::is_same_v<T, bool>) {
    if (reduction == "add") {
      return next([](T a, T b) { return Wrapping<T>(a, b, [](auto x, auto y) { return x + y; }); });
    }
    if (reduction == "mul") {
      return next([](T a, T b) { return Wrapping<T>(a, b, [](auto x, auto y) { return x * y; }); });
    }
    if (reduction == "min") return next([](T a, T b) { return std::min(a, b); });
    if (reduction == "max") return next([](T a, T b) { return std::max(a, b); });
  }
  next([](T, T b) { return b; });
}

Status LowerElements(const Node& node, Lowerer& lowerer) {
  const Operand data = lowerer.Get(node.input(0)), indices = lowerer.Dense(node.input(1));
  const Operand updates = lowerer.Dense(node.input(2));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  lowerer.Copy(node, "Copy", data, dst);
  const int64_t given = node.Int("axis", 0);
  const auto axis = static_cast<size_t>(given < 0 ? given + data.shape.rank() : given);
  const int64_t size = dst.shape[static_cast<int>(axis)], along = dst.strides[axis];
  Strides others = dst.strides;
  others[axis] = 0;
  const LoopNest<2> nest(indices.shape, {indices.strides, others});
  WithType(dst.dtype, [&]<typename T>(T) {
    WithReduction<T>(node.String("reduction", "none"), [&](auto combine) {
      lowerer.Add(node, {indices, updates, dst}, {dst},
                  [=, name = node.name](const Frame& frame) -> Status {
                    const Indices index(frame, indices);
                    for (int64_t i = 0; i < indices.elements(); ++i) {
                      if (index.At(i, size) < 0) return OutsideError(name, index[i], size);
                    }
                    const T* from = frame.At<const T>(updates);
                    T* to = frame.At<T>(dst);
                    const auto steps = nest.steps();
                    nest.RunHere([&](const auto& at) {
                      for (int64_t i = 0; i < nest.inner(); ++i) {
                        const int64_t element = at[0] + i * steps[0];
                        T& old = to[at[1] + i * steps[1] + index.At(element, size) * along];
                        old = combine(old, from[element]);
                      }
                    });
                    return {};
                  });
    });
  });
  return {};
}

Status LowerND(const Node& node, Lowerer& lowerer) {
  const Operand data = lowerer.Get(node.input(0)), indices = lowerer.Dense(node.input(1));
  const Operand updates = lowerer.Dense(node.input(2));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  lowerer.Copy(node, "Copy", data, dst);
  const int rank = indices.shape.rank();
  const int64_t depth = indices.shape[rank - 1], points = indices.shape.elements(0, rank - 1);
  const int64_t slice = dst.shape.elements(static_cast<int>(depth), dst.shape.rank());
  WithType(dst.dtype, [&]<typename T>(T) {
    WithReduction<T>(node.String("reduction", "none"), [&](auto combine) {
      lowerer.Add(node, {indices, updates, dst}, {dst},
                  [=, name = node.name](const Frame& frame) -> Status {
                    const Indices index(frame, indices);
                    const T* from = frame.At<const T>(updates);
                    T* to = frame.At<T>(dst);
                    for (int64_t point = 0; point < points; ++point) {
                      int64_t at = 0;
                      for (int64_t k = 0; k < depth; ++k) {
                        const int64_t extent = dst.shape[static_cast<int>(k)];
                        const int64_t position = index.At(point * depth + k, extent);
                        if (position < 0) {
                          return OutsideError(name, index[point * depth + k], extent);
                        }
                        at = at * extent + position;
                      }
                      for (int64_t i = 0; i < slice; ++i) {
                        T& old = to[at * slice + i];
                        old = combine(old, from[point * slice + i]);
                      }
                    }
                    return {};
                  });
    });
  });
  return {};
}

constexpr Lowering kMembers[] = {
    {.op_type = "ScatterElements", .infer = InferElements, .lower = LowerElements},
    {.op_type = "ScatterND", .infer = InferND, .lower = LowerND}};

}  // namespace

extern const Lowering scatter;
const Lowering scatter = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
