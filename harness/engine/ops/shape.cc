#include <algorithm>

#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

// Always known before the run: there is nothing to lower.
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  const std::vector<int64_t>& dims = inference.shape(0).dims();
  const auto rank = static_cast<int64_t>(dims.size());
  int64_t start = inference.node().Int("start", 0), end = inference.node().Int("end", rank);
  start = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
  end = std::clamp<int64_t>(end < 0 ? end + rank : end, start, rank);
  const std::vector<int64_t> part(dims.begin() + start, dims.begin() + end);
  return inference.SetConstant(0, Tensor::Of<int64_t>({end - start}, part));
}

}  // namespace

extern const Lowering shape;
const Lowering shape = {.op_type = "Shape", .infer = Infer};

}  // namespace assay::engine
