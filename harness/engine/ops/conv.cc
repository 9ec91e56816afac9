#include "harness/engine/conv_node.h"
#include "harness/engine/convolution.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 4));
  for (size_t i = 0; i < inference.node().inputs.size(); ++i) {
    if (inference.has(i)) ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
  }
  return InferConv(inference, DType::kF32);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(Convolution convolution, ConvolutionOf(node, lowerer));
  convolution.stage = FloatStage(node);
  convolution.dst = lowerer.New(node.outputs[0], Order::kImage);
  if (node.has_input(3)) {
    convolution.residual = lowerer.Image(node.input(3));
    convolution.stage.residual = true;
  }
  return AddConvolution(node, lowerer, convolution);
}

}  // namespace

extern const Lowering conv;
const Lowering conv = {.op_type = "Conv", .infer = Infer, .lower = Lower, .image = true};

}  // namespace assay::engine
