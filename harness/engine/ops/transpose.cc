#include <algorithm>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

std::vector<int64_t> Permutation(const Node& node, int rank) {
  std::vector<int64_t> reversed;
  for (int64_t axis = rank; axis-- > 0;) reversed.push_back(axis);
  return node.Ints("perm", reversed);
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  const Shape& shape = inference.shape(0);
  const std::vector<int64_t> perm = Permutation(inference.node(), shape.rank());
  std::vector<int64_t> sorted = perm;
  std::ranges::sort(sorted);
  bool each = sorted.size() == static_cast<size_t>(shape.rank());
  for (size_t i = 0; each && i < sorted.size(); ++i) each = sorted[i] == static_cast<int64_t>(i);
  if (!each) return inference.Error("perm does not permute {} axes", shape.rank());
  std::vector<int64_t> dims;
  for (int64_t axis : perm) dims.push_back(shape[static_cast<int>(axis)]);
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

bool PerImage(const Inference& inference) {
  return OnlyFirstIsBatch(inference) &&
         Permutation(inference.node(), inference.shape(0).rank()).front() == 0;
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand& src = lowerer.Get(node.input(0));
  lowerer.Define(node.outputs[0], src.Permuted(Permutation(node, src.shape.rank())));
  return {};
}

}  // namespace

extern const Lowering transpose;
const Lowering transpose = {
    .op_type = "Transpose", .infer = Infer, .lower = Lower, .per_image = PerImage};

}  // namespace assay::engine
