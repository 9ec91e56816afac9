#include <vector>

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

// By axis of the input: whether it is reduced.
Result<std::vector<bool>> ReducedAxes(const Node& node, int rank) {
  const std::vector<int64_t> given = node.Ints("axes");
  std::vector<bool> reduced(static_cast<size_t>(rank), given.empty());
  for (int64_t axis : given) {
    ASSAY_ASSIGN_OR_RETURN(const int resolved, Axis(node, axis, rank));
    reduced[static_cast<size_t>(resolved)] = true;
  }
  return reduced;
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  const Shape& shape = inference.shape(0);
  ASSAY_ASSIGN_OR_RETURN(const auto reduced, ReducedAxes(inference.node(), shape.rank()));
  const bool keep = inference.node().Int("keepdims", 1) != 0;
  std::vector<int64_t> dims;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool gone = reduced[static_cast<size_t>(axis)];
    if (!gone || keep) dims.push_back(gone ? 1 : shape[axis]);
  }
  return inference.Set(0, DType::kF32, std::move(dims));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Get(node.input(0));
  ASSAY_ASSIGN_OR_RETURN(const auto reduced, ReducedAxes(node, src.shape.rank()));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);

  // The axes that stay, as the result's; and those over which each element sums.
  Shape kept = src.shape, summed = src.shape;
  for (int axis = 0; axis < src.shape.rank(); ++axis) {
    (reduced[static_cast<size_t>(axis)] ? kept : summed)[axis] = 1;
  }
  const Operand result = dst.Reshaped(kept);
  const LoopNest<2> over(kept, {result.strides, src.strides});
  const LoopNest<1> within(summed, {src.strides});
  const float count = static_cast<float>(summed.elements());
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    float* to = frame.At<float>(result);
    const auto [to_step, from_step] = over.steps();
    over.Run(*frame.pool, [&, to_step = to_step, from_step = from_step](const auto& at) {
      for (int64_t i = 0; i < over.inner(); ++i) {
        double sum = 0.0;
        const float* start = from + at[1] + i * from_step;
        within.RunHere([&](const auto& offset) {
          for (int64_t k = 0; k < within.inner(); ++k)
            sum += start[offset[0] + k * within.steps()[0]];
        });
        to[at[0] + i * to_step] = static_cast<float>(sum) / count;
      }
    });
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering reduce_mean;
const Lowering reduce_mean = {.op_type = "ReduceMean", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
