#include "harness/engine/concatenation.h"

namespace assay::engine {

Status InferConcatenation(Inference& inference) {
  const size_t count = inference.node().inputs.size();
  if (count == 0) return inference.Error("there are no inputs");
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(count, count));
  std::vector<int64_t> dims = inference.shape(0).dims();
  if (!inference.node().Has("axis")) return inference.Error("axis is missing");
  ASSAY_ASSIGN_OR_RETURN(const int axis, Axis(inference.node(), inference.node().Int("axis", 0),
                                              inference.shape(0).rank()));
  for (size_t i = 1; i < count; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {inference.dtype(0)}));
    std::vector<int64_t> other = inference.shape(i).dims();
    const bool ranked = other.size() == dims.size();
    const int64_t extent = ranked ? other[static_cast<size_t>(axis)] : 0;
    if (ranked) other[static_cast<size_t>(axis)] = dims[static_cast<size_t>(axis)];
    if (other != dims) {
      return inference.Error("shapes {} and {} do not join along axis {}",
                             inference.shape(0).ToString(), inference.shape(i).ToString(), axis);
    }
    dims[static_cast<size_t>(axis)] += extent;
  }
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

std::vector<Part> PartsOf(const Node& node, Lowerer& lowerer) {
  bool image = false;
  for (const std::string& input : node.inputs) image |= lowerer.Get(input).ChannelsLast();
  const Operand whole = lowerer.New(node.outputs[0], image ? Order::kImage : Order::kDense);
  const int64_t given = node.Int("axis", 0);
  const auto axis = static_cast<int>(given < 0 ? given + whole.shape.rank() : given);
  std::vector<Part> parts;
  int64_t start = 0;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const int64_t extent = lowerer.shape(node.inputs[i])[axis];
    if (extent > 0) {
      parts.push_back({i, lowerer.Get(node.inputs[i]), whole.Sliced(axis, start, 1, extent)});
    }
    start += extent;
  }
  return parts;
}

}  // namespace assay::engine
