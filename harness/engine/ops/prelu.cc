#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"
#include "harness/engine/wrapping.h"

namespace assay::engine {
namespace {

// The slope broadcasts to the input, not the other way.
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(InferBroadcast(inference, kNumbers));
  if (inference.outputs()[0].type.shape == inference.shape(0)) return {};
  return inference.Error("slope {} does not broadcast to {}", inference.shape(1).ToString(),
                         inference.shape(0).ToString());
}

Status Lower(const Node& node, Lowerer& lowerer) {
  return LowerBroadcast(node, lowerer, []<typename T>(T x, T slope, T& result) {
    result = x < T{0} ? Wrapping<T>(x, slope, [](auto a, auto b) { return a * b; }) : x;
    return true;
  });
}

}  // namespace

extern const Lowering prelu;
const Lowering prelu = {
    .op_type = "PRelu", .infer = Infer, .lower = Lower, .per_image = BroadcastsImages};

}  // namespace assay::engine
