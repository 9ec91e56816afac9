#include <cmath>

#include "harness/engine/line.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

// Constant inputs of one element, of any number type.
Result<int64_t> DepthOf(const Inference& inference) {
  const Tensor* tensor = inference.constant(1);
  if (tensor == nullptr || tensor->elements() != 1) {
    return inference.Error("the depth is not one constant");
  }
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, kNumbers));
  const auto depth = WithNumber(tensor->dtype(), [&]<typename T>(T) {
    return static_cast<double>(tensor->as<T>()[0]);
  });
  if (!(depth >= 1 && depth <= static_cast<double>(Shape::kMaxElements))) {
    return inference.Error("the depth is {}", depth);
  }
  return static_cast<int64_t>(depth);
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(3, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kNumbers));
  if (inference.shape(2) != Shape{2}) return inference.Error("values are not [off, on]");
  ASSAY_ASSIGN_OR_RETURN(const int64_t depth, DepthOf(inference));
  std::vector<int64_t> dims = inference.shape(0).dims();
  ASSAY_ASSIGN_OR_RETURN(const int axis, Axis(inference.node(), inference.node().Int("axis", -1),
                                              static_cast<int>(dims.size()) + 1));
  dims.insert(dims.begin() + axis, depth);
  return inference.Set(0, inference.dtype(2), std::move(dims));
}

// Along the new axis `on` where the index says, `off` elsewhere; nowhere for an index outside.
template <typename Index, typename T>
void AddOneHot(const Node& node, Lowerer& lowerer) {
  const Operand indices = lowerer.Dense(node.input(0)), values = lowerer.Dense(node.input(2));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const Lines lines = LinesOf(dst.shape, node.Int("axis", -1));
  lowerer.Add(node, {indices, values}, {dst}, [=](const Frame& frame) -> Status {
    const Index* index = frame.At<const Index>(indices);
    const T* value = frame.At<const T>(values);
    T* to = frame.At<T>(dst);
    for (int64_t line = 0; line < lines.lines(); ++line) {
      const auto position = static_cast<double>(index[line]);
      const double hot = position < 0 ? position + static_cast<double>(lines.count) : position;
      T* start = to + lines.StartOf(line);
      for (int64_t i = 0; i < lines.count; ++i) {
        start[i * lines.inner] = value[static_cast<double>(i) == std::trunc(hot) ? 1 : 0];
      }
    }
    return {};
  });
}

Status Lower(const Node& node, Lowerer& lowerer) {
  WithNumber(lowerer.type(node.input(0)).dtype, [&]<typename Index>(Index) {
    WithBits(lowerer.type(node.input(2)).dtype,
             [&]<typename T>(T) { AddOneHot<Index, T>(node, lowerer); });
  });
  return {};
}

}  // namespace

extern const Lowering one_hot;
const Lowering one_hot = {.op_type = "OneHot", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
