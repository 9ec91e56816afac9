#include "harness/engine/line.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"
#include "harness/engine/wrapping.h"

namespace assay::engine {
namespace {

Result<int> AxisOf(const Inference& inference) {
  ASSAY_ASSIGN_OR_RETURN(const auto axis, inference.Integers(1));
  if (axis.size() != 1) return inference.Error("the axis is not one number");
  return Axis(inference.node(), axis[0], inference.shape(0).rank());
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kNumbers));
  ASSAY_RETURN_IF_ERROR(AxisOf(inference).status());
  return inference.Set(0, inference.dtype(0), inference.shape(0));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const int axis, AxisOf(lowerer.Operands(node)));
  const bool exclusive = node.Int("exclusive", 0) != 0, reverse = node.Int("reverse", 0) != 0;
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const Lines lines = LinesOf(src.shape, axis);
  WithNumber(src.dtype, [&]<typename T>(T) {
    lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
      const T* from = frame.At<const T>(src);
      T* to = frame.At<T>(dst);
      frame.pool->Run(lines.lines(), [&](int64_t line, int) {
        T sum = 0;
        for (int64_t i = 0; i < lines.count; ++i) {
          const int64_t position = reverse ? lines.count - 1 - i : i;
          const int64_t at = lines.StartOf(line) + position * lines.inner;
          const T next = Wrapping<T>(sum, from[at], [](auto x, auto y) { return x + y; });
          to[at] = exclusive ? sum : next;
          sum = next;
        }
      });
      return {};
    });
  });
  return {};
}

}  // namespace

extern const Lowering cum_sum;
const Lowering cum_sum = {.op_type = "CumSum", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
