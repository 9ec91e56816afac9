#include <algorithm>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

struct Range {
  int axis;
  int64_t start, step, extent;
};

// ONNX: negative positions count from the end; start and end are then clamped.
Result<Range> RangeOf(const Inference& inference, int axis, int64_t start, int64_t end,
                      int64_t step) {
  const int64_t size = inference.shape(0)[axis];
  if (step == 0) return inference.Error("a step is 0");
  if (start < 0) start += size;
  if (end < 0) end += size;
  const int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? size : size - 1;
  start = std::clamp<int64_t>(start, 0, std::max<int64_t>(highest, 0));
  end = std::clamp(end, lowest, size);
  const int64_t span = step > 0 ? end - start : start - end;
  if (span <= 0 || size == 0) return Range{axis, 0, 1, 0};
  step = std::clamp(step, -size, size);  // One element already.
  const int64_t pace = step > 0 ? step : -step;
  return Range{axis, start, step, (span + pace - 1) / pace};
}

Result<std::vector<Range>> RangesOf(const Inference& inference) {
  ASSAY_ASSIGN_OR_RETURN(const auto starts, inference.Integers(1));
  ASSAY_ASSIGN_OR_RETURN(const auto ends, inference.Integers(2));
  std::vector<int64_t> axes, steps(starts.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (inference.has(3)) {
    ASSAY_ASSIGN_OR_RETURN(axes, inference.Integers(3));
  }
  if (inference.has(4)) {
    ASSAY_ASSIGN_OR_RETURN(steps, inference.Integers(4));
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    return inference.Error("{} starts, {} ends, {} axes, {} steps", starts.size(), ends.size(),
                           axes.size(), steps.size());
  }
  std::vector<Range> ranges;
  for (size_t i = 0; i < starts.size(); ++i) {
    ASSAY_ASSIGN_OR_RETURN(const int axis,
                           Axis(inference.node(), axes[i], inference.shape(0).rank()));
    ASSAY_ASSIGN_OR_RETURN(const Range range,
                           RangeOf(inference, axis, starts[i], ends[i], steps[i]));
    for (const Range& other : ranges) {
      if (other.axis == axis) return inference.Error("axis {} is repeated", axis);
    }
    ranges.push_back(range);
  }
  return ranges;
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(3, 5));
  ASSAY_ASSIGN_OR_RETURN(const std::vector<Range> ranges, RangesOf(inference));
  std::vector<int64_t> dims = inference.shape(0).dims();
  for (const Range& range : ranges) dims[static_cast<size_t>(range.axis)] = range.extent;
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

bool PerImage(const Inference& inference) {
  const auto ranges = RangesOf(inference);
  return OnlyFirstIsBatch(inference) && ranges.ok() &&
         std::ranges::none_of(*ranges, [&](const Range& range) {
           return range.axis == 0 &&
                  (range.start != 0 || range.step != 1 || range.extent != inference.shape(0)[0]);
         });
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const std::vector<Range> ranges, RangesOf(lowerer.Operands(node)));
  Operand view = lowerer.Get(node.input(0));
  for (const Range& range : ranges) {
    view = view.Sliced(range.axis, range.start, range.step, range.extent);
  }
  lowerer.Define(node.outputs[0], view);
  return {};
}

}  // namespace

extern const Lowering slice;
const Lowering slice = {.op_type = "Slice", .infer = Infer, .lower = Lower, .per_image = PerImage};

}  // namespace assay::engine
