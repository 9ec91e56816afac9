#include "harness/engine/conv_node.h"
#include "harness/engine/integer_product.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  return InferConv(inference, IsRequantized(inference.node()) ? DType::kU8 : DType::kF32);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const Convolution convolution, ConvolutionOf(node, lowerer));
  return AddIntegerProduct(node, lowerer, convolution, Order::kImage);
}

}  // namespace

extern const Lowering q_conv;
const Lowering q_conv = {.op_type = "QConv",
                         .domain = kFusedDomain,
                         .infer = Infer,
                         .lower = Lower,
                         .image = true,
                         .per_image = ConvolvesImages};

}  // namespace assay::engine
