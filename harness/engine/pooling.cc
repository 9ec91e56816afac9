#include "harness/engine/pooling.h"

#include "harness/engine/window.h"

namespace assay::engine {
namespace {

Status ExpectImage(const Inference& inference) {
  if (inference.shape(0).rank() == 4) return {};
  return inference.Error(
      "input {} is no image [n, c, h, w]: only two-dimensional pooling is "
      "supported",
      inference.shape(0).ToString());
}

Pooling Placed(pool::Window window, const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Image(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kImage);
  window.spec.src_stride = src.PixelStride();
  window.spec.dst_stride = dst.PixelStride();
  return {window, src, dst};
}

}  // namespace

Status InferPool(Inference& inference, DType result) {
  ASSAY_RETURN_IF_ERROR(ExpectImage(inference));
  ASSAY_ASSIGN_OR_RETURN(const auto kernel, KernelShape(inference.node()));
  ASSAY_ASSIGN_OR_RETURN(const SlidingWindow window,
                         WindowOf(inference.node(), inference.shape(0), kernel));
  return inference.Set(0, result, {window.spec.n, window.spec.c, window.oh, window.ow});
}

Result<Pooling> PoolingOf(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const auto kernel, KernelShape(node));
  ASSAY_ASSIGN_OR_RETURN(const SlidingWindow window,
                         WindowOf(node, lowerer.shape(node.input(0)), kernel));
  return Placed({.spec = window.spec,
                 .oh = window.oh,
                 .ow = window.ow,
                 .count_include_pad = node.Int("count_include_pad", 0) != 0},
                node, lowerer);
}

Status InferGlobalPool(Inference& inference, DType result) {
  ASSAY_RETURN_IF_ERROR(ExpectImage(inference));
  const Shape& image = inference.shape(0);
  if (image[2] * image[3] == 0) {
    return inference.Error("image {} has no pixels to average", image.ToString());
  }
  return inference.Set(0, result, {image[0], image[1], 1, 1});
}

Pooling GlobalPoolingOf(const Node& node, Lowerer& lowerer) {
  const Shape& image = lowerer.shape(node.input(0));
  const ConvSpec spec = {.n = image[0],
                         .h = image[2],
                         .w = image[3],
                         .c = image[1],
                         .oc = image[1],
                         .kh = image[2],
                         .kw = image[3]};
  return Placed({.spec = spec, .oh = 1, .ow = 1}, node, lowerer);
}

}  // namespace assay::engine
