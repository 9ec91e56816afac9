#include <algorithm>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

struct Parts {
  int axis;
  std::vector<int64_t> extents;  // One per output.
};

Result<Parts> PartsOf(const Inference& inference) {
  const Shape& shape = inference.shape(0);
  const size_t count = inference.node().outputs.size();
  ASSAY_ASSIGN_OR_RETURN(const int axis,
                         Axis(inference.node(), inference.node().Int("axis", 0), shape.rank()));
  Parts parts{axis, {}};
  if (inference.has(1)) {
    ASSAY_ASSIGN_OR_RETURN(parts.extents, inference.Integers(1));
  } else {  // As equal as they can be, the last one smaller.
    const auto outputs = static_cast<int64_t>(count);
    const int64_t each = (shape[axis] + outputs - 1) / outputs;
    for (int64_t i = 0; i < outputs; ++i) {
      parts.extents.push_back(std::clamp<int64_t>(shape[axis] - i * each, 0, each));
    }
  }
  int64_t sum = 0;
  for (int64_t extent : parts.extents) {
    if (extent < 0 || extent > shape[axis]) return inference.Error("a part of {} elements", extent);
    sum += extent;
  }
  if (sum != shape[axis] || parts.extents.size() != count) {
    return inference.Error("{} parts of {} elements in all do not split the {} of axis {} in {}",
                           parts.extents.size(), sum, shape[axis], axis, count);
  }
  return parts;
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 2));
  ASSAY_ASSIGN_OR_RETURN(const Parts parts, PartsOf(inference));
  for (size_t i = 0; i < parts.extents.size(); ++i) {
    std::vector<int64_t> dims = inference.shape(0).dims();
    dims[static_cast<size_t>(parts.axis)] = parts.extents[i];
    ASSAY_RETURN_IF_ERROR(inference.Set(i, inference.dtype(0), std::move(dims)));
  }
  return {};
}

// The outputs are views.
Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const Parts parts, PartsOf(lowerer.Operands(node)));
  const Operand src = lowerer.Get(node.input(0));
  int64_t start = 0;
  for (size_t i = 0; i < parts.extents.size(); ++i) {
    const std::string& output = node.outputs[i];
    if (!output.empty()) {
      lowerer.Define(output, src.Sliced(parts.axis, start, 1, parts.extents[i]));
    }
    start += parts.extents[i];
  }
  return {};
}

}  // namespace

extern const Lowering split;
const Lowering split = {
    .op_type = "Split",
    .infer = Infer,
    .lower = Lower,
    .per_image = [](const Inference& inference) { return WorksWithinImages(inference, 0); }};

}  // namespace assay::engine
